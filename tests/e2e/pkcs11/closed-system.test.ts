/**
 * PKCS#11 on systems that allow little: it comes with the executable for every platform, asks nothing of /tmp, and says
 * what is wrong where a module cannot be loaded.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SoftTokens, softHsmModule } from "../../providers/pkcs11/soft-token.ts";
import { failureOf } from "../command-line/failure.ts";
import { executable, Installation, type RunOptions } from "../executable.ts";
import { tokenAloneEnvironment } from "./token-environment.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const software = new SoftTokens("kms");
const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
  software.remove();
});

function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

const env = (settings: Readonly<Record<string, string>> = {}) =>
  tokenAloneEnvironment(software, "pkcs11:token=kms", settings);

/** Makes a vault with a token slot, and opens it with the token. */
async function makesAndOpensTokenSlot(installation: Installation, options: RunOptions): Promise<void> {
  expect(await installation.run(["generatemanagedwallet", "ETH"], options)).toMatchObject({ status: 0 });
  const listed = await installation.run(["vault", "slot", "list"], options);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ kind: "token" }]);
  expect(await installation.run(["vault", "verify"], options)).toMatchObject({ status: 0 });
}

/**
 * Mounts only this process sees: /tmp can neither be written nor run, and nothing of the system can be written but the
 * folders in `KEPT`, which stay where they are. Then starts what its arguments say in its own place.
 */
const closedSystem = `
  set -eu
  mount --make-rprivate /
  mount -t tmpfs none /mnt
  number=0
  for folder in $KEPT; do
    number=$((number + 1)); mkdir /mnt/$number; mount --bind "$folder" /mnt/$number
  done
  mount -t tmpfs -o noexec none /tmp
  number=0
  for folder in $KEPT; do
    number=$((number + 1)); mkdir -p "$folder"; mount --bind /mnt/$number "$folder"
  done
  mount -o remount,ro,noexec /tmp
  mount -o remount,bind,ro /
  if touch /tmp/probe /probe 2>/dev/null; then echo "The system is not closed" >&2; exit 1; fi
  exec "$@"
`;

const mountsOfItsOwn = ["unshare", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"]), "--mount"];
const mayMount = Bun.spawnSync([...mountsOfItsOwn, "mount", "-t", "tmpfs", "none", "/mnt"]).success;

/** With the folders of an installation, of the tokens and of the executable alone to write in, wherever they are. */
function inClosedSystem(installation: Installation): RunOptions {
  return {
    env: env({ KEPT: `${installation.home} ${software.path(".")} ${dirname(executable)}` }),
    through: [...mountsOfItsOwn, "sh", "-c", closedSystem, "sh"],
  };
}

describe("PKCS#11", () => {
  test.skipIf(!mayMount)("works on a read-only system whose /tmp cannot be written or run", async () => {
    const installation = newInstallation();
    await makesAndOpensTokenSlot(installation, inClosedSystem(installation));
  });

  test("leaves no file in the folder for temporary files", async () => {
    const installation = newInstallation();
    const temporary = join(installation.home, "temporary");
    mkdirSync(temporary);
    const settings = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    await makesAndOpensTokenSlot(installation, { env: env(settings) });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("opens the vendor's module and no other native code than the system's", async () => {
    const installation = newInstallation();
    const record = join(installation.home, "record");
    const through = ["strace", "-f", "-qq", "-e", "trace=openat,open,creat,memfd_create", "-o", record];
    await makesAndOpensTokenSlot(installation, { env: env(), through });
    const opened = [
      ...readFileSync(record, "utf8").matchAll(/(?:openat|open|creat)\((?:AT_FDCWD, )?"([^"]*)"/g),
    ]
      .map((found) => found[1] ?? "")
      .filter((path) => /\.(node|so)(\.|$)/.test(path));
    expect(opened).toContain(softHsmModule);
    const system = /^\/(usr\/)?lib(64)?\/|^\/etc\/ld\.so\./;
    expect(opened.filter((path) => !system.test(path))).toEqual([]);
    expect(readFileSync(record, "utf8")).not.toMatch(/memfd_create|"\/tmp\/\.bun/);
  });

  test("and everything else comes without native code beside Bun's", () => {
    const search = Bun.spawnSync(["grep", "-aoE", "bunfs/root/[A-Za-z0-9_.-]+\\.(node|so)", executable]);
    // 1: nothing was found.
    expect([search.stdout.toString(), search.exitCode]).toEqual(["", 1]);
  });

  test("is in an executable that was made for a platform that was named", async () => {
    const installation = newInstallation();
    const named = join(installation.home, "tatum-kms");
    const target = `bun-linux-${process.arch}`;
    const command = [process.execPath, "scripts/build.ts", `--outfile=${named}`, `--target=${target}`];
    const built = Bun.spawnSync(command, { cwd: join(import.meta.dir, "../../..") });
    expect([built.stderr.toString(), built.exitCode]).toEqual(["", 0]);
    const through = ["sh", "-c", `shift; exec "${named}" "$@"`, "sh"];
    await makesAndOpensTokenSlot(installation, { env: env(), through });
  });
});

describe("a module that cannot be loaded", () => {
  async function failure(options: RunOptions) {
    const installation = newInstallation();
    const { status, code, error, hint } = failureOf(
      await installation.run(["generatemanagedwallet", "ETH"], options),
    );
    expect({ status, code }).toEqual({ status: 69, code: "TOKEN" });
    return { error, hint };
  }

  test.skipIf(!mayMount)("because its file system is mounted noexec is told so", async () => {
    const folder = join(software.path("."), "module");
    mkdirSync(folder, { recursive: true });
    const copy = join(folder, "module.so");
    const script = `mount -t tmpfs -o noexec none ${folder}; cp ${softHsmModule} ${copy}; exec "$@"`;
    const { error } = await failure({
      env: env({ TATUM_KMS_PKCS11_MODULE: copy }),
      through: [...mountsOfItsOwn, "sh", "-c", script, "sh"],
    });
    expect(error).toBe(
      `The PKCS#11 module ${copy} cannot be loaded: failed to map segment from shared object (is its file system mounted with noexec?).`,
    );
  });

  test("because it is not there is told so", async () => {
    const { error, hint } = await failure({ env: env({ TATUM_KMS_PKCS11_MODULE: "/nowhere/module.so" }) });
    expect(error).toBe("The PKCS#11 module /nowhere/module.so cannot be loaded: there is no such file.");
    expect(hint).toContain("Check module-path in the PKCS#11 URI");
  });

  test("because it is made for another processor is told so", async () => {
    const copy = software.path("foreign.so");
    copyFileSync(softHsmModule, copy);
    const content = readFileSync(copy);
    content.writeUInt16LE(process.arch === "x64" ? 183 : 62, 18);
    writeFileSync(copy, content);
    const { error } = await failure({ env: env({ TATUM_KMS_PKCS11_MODULE: copy }) });
    expect(error).toContain("it is made for ");
  });
});
