/** Setting up the project with Node and npm alone, as scripts/install.mjs does it; npm is one of the test's own here. */
import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useTemporaryFolder } from "../temporary-folder.ts";

const root = join(import.meta.dir, "../..");
const node = Bun.which("node");
const path = useTemporaryFolder();

function writeProgram(name: string, script: string): void {
  writeFileSync(path(name), `#!/bin/sh\n${script}\n`);
  chmodSync(path(name), 0o755);
}

/** What npm leaves behind: packages, and a Bun that waits for its install script. */
const npmThatInstalls = `
  echo "$@" >> "${"$"}0.calls"
  mkdir -p node_modules/.bin node_modules/bun
  touch node_modules/.package-lock.json
  printf 'exit 1' > node_modules/.bin/bun
  chmod +x node_modules/.bin/bun
  cat > node_modules/bun/install.js <<'END'
    require("node:fs").writeFileSync("node_modules/.bin/bun", "#!/bin/sh\\necho 1.0.0\\n");
END
`;

beforeEach(() => {
  mkdirSync(path("scripts"));
  mkdirSync(path("programs"));
  cpSync(join(root, "scripts/install.mjs"), path("scripts/install.mjs"));
  writeFileSync(path("package-lock.json"), "{}");
  writeProgram("programs/npm", npmThatInstalls);
});

function install(env: Readonly<Record<string, string>> = {}) {
  const command = [node ?? "node", path("scripts/install.mjs")];
  const environment = { PATH: `${path("programs")}:/usr/bin:/bin`, HOME: path("home"), ...env };
  const { exitCode, stderr } = Bun.spawnSync(command, { env: environment, stderr: "pipe" });
  return { status: exitCode, stderr: stderr.toString() };
}

const npmCalls = (): string[] =>
  existsSync(path("programs/npm.calls"))
    ? readFileSync(path("programs/npm.calls"), "utf8").trim().split("\n")
    : [];

describe("the installation", () => {
  test("lets no package run anything, whatever npm is configured to", () => {
    expect(install({ npm_config_ignore_scripts: "false" })).toEqual({ status: 0, stderr: "" });
    expect(npmCalls()).toEqual(["install --ignore-scripts --no-save --loglevel=error"]);
    expect(readFileSync(join(root, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  });

  test("puts Bun in its place, which its own script would have done", () => {
    install();
    expect(Bun.spawnSync([path("node_modules/.bin/bun")]).stdout.toString()).toBe("1.0.0\n");
  });

  test("is done once, and again when the lock file is newer", async () => {
    install();
    install();
    expect(npmCalls()).toHaveLength(1);
    await Bun.sleep(20);
    writeFileSync(path("package-lock.json"), "{ }");
    install();
    expect(npmCalls()).toHaveLength(2);
  });

  test("needs no home: what npm downloads is kept in a passing folder then", () => {
    expect(install({ HOME: "/etc/hostname" }).status).toBe(0);
    const [call] = npmCalls();
    const cache = /--cache=(\S+)$/.exec(call ?? "")?.[1] ?? "";
    expect(cache).toStartWith(join(tmpdir(), "npm-cache-"));
    expect(existsSync(cache)).toBe(false);
  });

  describe("of what npm leaves out because it wants a newer Node", () => {
    const entry = { version: "1.2.3", integrity: "sha512-one", optional: true, engines: { node: ">=99" } };
    const here = { ...entry, os: [process.platform], cpu: [process.arch] };
    const lock = (packages: Readonly<Record<string, object>>): void =>
      writeFileSync(path("package-lock.json"), JSON.stringify({ packages }));
    const npmThatKeeps = (integrity: string): void =>
      writeProgram(
        "programs/npm",
        `${npmThatInstalls}\ncat > node_modules/.package-lock.json <<'END'
          {"packages": {"node_modules/@some/program": {"integrity": "${integrity}"}}}\nEND`,
      );

    test("takes what is for this machine", () => {
      lock({
        "node_modules/@some/program": here,
        "node_modules/elsewhere": { ...here, os: ["plan9"] },
        "node_modules/anywhere": entry,
        "node_modules/bun": here,
      });
      npmThatKeeps("sha512-one");
      expect(install()).toEqual({ status: 0, stderr: "" });
      expect(npmCalls()).toEqual([
        "install --ignore-scripts --no-save --loglevel=error",
        "install --ignore-scripts --no-save --loglevel=error @some/program@1.2.3",
      ]);
    });

    test("refuses what is not what the lock file names", () => {
      lock({ "node_modules/@some/program": here });
      npmThatKeeps("sha512-another");
      const { status, stderr } = install();
      expect(status).toBe(1);
      expect(stderr).toBe("node_modules/@some/program is not what package-lock.json names.\n");
      expect(existsSync(path("node_modules/.package-lock.json"))).toBe(false);
    });
  });

  test("that fails says what failed", () => {
    writeProgram("programs/npm", "exit 7");
    expect(install()).toEqual({
      status: 7,
      stderr: "npm install --ignore-scripts --no-save --loglevel=error failed: status 7.\n",
    });
  });

  test("with a Bun that does not run here says so", () => {
    writeProgram("programs/npm", npmThatInstalls.replace("echo 1.0.0", "exit 1"));
    expect(install()).toEqual({
      status: 1,
      stderr: "Bun (node_modules/.bin/bun) does not run on this machine.\n",
    });
  });
});
