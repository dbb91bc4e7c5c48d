/**
 * `npm test`: installs what the tests need, builds the executable, runs all tests on all cores, and ends with the line
 * `N passed, N failed`, behind which `, N skipped` may follow. Arguments are handed on to `bun test`.
 */
import { spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What the tests run, and the Debian packages that bring it. Libraries and headers are known by their file: `*` stands for the
 * platform's folder.
 */
const programs = [
  { program: "litecoind", aptPackage: "litecoind" },
  { library: "/usr/lib/postgresql/*/bin/postgres", aptPackage: "postgresql" },
  { library: "/usr/sbin/pgbouncer", aptPackage: "pgbouncer" },
  { program: "strace", aptPackage: "strace" },
  { program: "openssl", aptPackage: "openssl" },
  // A release: both forms of its signature, and the judge of the unit.
  { program: "minisign", aptPackage: "minisign" },
  { program: "ssh-keygen", aptPackage: "openssh-client" },
  { program: "systemd-analyze", aptPackage: "systemd" },
  // PKCS#11: two modules, a tool that is not ours, and a compiler for a module that misbehaves.
  { program: "softhsm2-util", aptPackage: "softhsm2" },
  { library: "/usr/lib/*/libsoftokn3.so", aptPackage: "libnss3" },
  { program: "pkcs11-tool", aptPackage: "opensc" },
  { program: "gcc", aptPackage: "gcc" },
  { library: "/usr/include/stdio.h", aptPackage: "libc6-dev" },
];

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: "inherit" }).status === 0;
}

function isInstalled({ program, library }) {
  const find = library === undefined ? `command -v ${program}` : `ls ${library}`;
  return spawnSync("sh", ["-c", find], { stdio: "ignore" }).status === 0;
}

function installPrograms() {
  const lacking = programs.filter((entry) => !isInstalled(entry)).map(({ aptPackage }) => aptPackage);
  const missing = [...new Set(lacking)];
  if (missing.length === 0) return;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo"];
  const apt = [...asRoot, "apt-get"];
  const install = [...apt, "install", "-y", "--no-install-recommends", ...missing];
  const done = run(apt[0], [...apt.slice(1), "update"]) && run(install[0], install.slice(1));
  if (!done) {
    console.error(`These Debian packages could not be installed: ${missing.join(", ")}`);
    process.exit(1);
  }
}

/** The counts of Bun's summary, which comes last on standard error. */
function count(output, word) {
  const matches = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}$`, "gm"))];
  return Number(matches.at(-1)?.[1] ?? 0);
}

installPrograms();
if (!run(process.execPath, ["scripts/install.mjs"])) process.exit(1);

const bun = join(root, "node_modules", ".bin", "bun");
if (!run(bun, ["scripts/build.ts"])) process.exit(1);

// The servers of the tests are on this machine: a proxy, by which the libraries may have come, has no part in it.
const straight = [process.env.NO_PROXY ?? process.env.no_proxy, "127.0.0.1", "localhost", "::1", "[::1]"];
const direct = straight.filter(Boolean).join(",");

// The files are shared among as many workers as there are cores, each of which lasts for many files. A test may take
// longer than alone: the time limit is only there to end what hangs.
const parallel = ["--parallel", "--no-isolate", "--timeout=60000"];
const tests = spawn(bun, ["test", ...parallel, ...process.argv.slice(2)], {
  cwd: root,
  env: {
    ...process.env,
    NO_PROXY: direct,
    no_proxy: direct,
    KMS_TEST_EXECUTABLE: join(root, "dist", "tatum-kms"),
  },
  stdio: ["ignore", "inherit", "pipe"],
});
let output = "";
tests.stderr.setEncoding("utf8");
tests.stderr.on("data", (text) => {
  process.stderr.write(text);
  output = (output + text).slice(-100_000);
});
tests.on("close", (status) => {
  // Tests that this machine cannot run, such as those that mount, are told and not taken for passed.
  const skipped = count(output, "skip");
  const counts = [`${count(output, "pass")} passed`, `${count(output, "fail")} failed`];
  console.log([...counts, ...(skipped === 0 ? [] : [`${skipped} skipped`])].join(", "));
  process.exit(status ?? 1);
});
