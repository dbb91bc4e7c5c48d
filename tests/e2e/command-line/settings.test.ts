/** Where settings come from, told by the rows of `checkconfig`. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Installation, newVaultNote, type RunOptions } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

let installation: Installation;
let folder: string;
beforeEach(() => {
  installation = new Installation();
  folder = join(installation.home, "working-folder");
  mkdirSync(folder);
});
afterEach(() => installation.remove());

function file(path: string, ...lines: readonly string[]): string {
  const absolute = join(installation.home, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  return absolute;
}

/** An API key whose first four characters say where it was set. */
function keyFrom(place: string): string {
  return `${place}-0123456789-last`;
}

async function rows(args: readonly string[] = [], options: RunOptions = {}): Promise<Record<string, string>> {
  const run = await installation.run(["checkconfig", ...args], { cwd: folder, ...options });
  expect(run).toMatchObject({ status: 0, stderr: "" });
  return Object.fromEntries(
    run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, 33).trimEnd(), line.slice(35).replace(/ \(from [^)]*\)$/, "")]),
  );
}

async function apiKeyFrom(
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<string | undefined> {
  return (await rows(args, options))["TATUM_API_KEY"]?.slice(0, 4);
}

describe("of two places that set a variable the first counts", () => {
  test("flag, environment, named env file, ~/.tatumrc/.env", async () => {
    const named = file("named.env", `TATUM_API_KEY=${keyFrom("name")}`);
    const home = file(".tatumrc/.env", `TATUM_API_KEY=${keyFrom("home")}`);
    const env = { TATUM_API_KEY: keyFrom("envi") };
    const envFile = ["--env-file", named];

    expect(await apiKeyFrom([...envFile, "--api-key", keyFrom("flag")], { env })).toBe("flag");
    expect(await apiKeyFrom(envFile, { env })).toBe("envi");
    expect(await apiKeyFrom(envFile)).toBe("name");
    expect(await apiKeyFrom()).toBe("home");
    rmSync(home);
    expect(await apiKeyFrom()).toBe("N/A");
  });

  test("a variable that is set to nothing counts as not set", async () => {
    file(".tatumrc/.env", `TATUM_API_KEY=${keyFrom("home")}`);
    expect(await apiKeyFrom([], { env: { TATUM_API_KEY: "" } })).toBe("home");
  });

  test("each variable counts by itself", async () => {
    const named = file("named.env", "TATUM_KMS_AWS_REGION=named");
    file(".tatumrc/.env", "TATUM_KMS_AWS_REGION=home", "TATUM_KMS_DEBUG_MODE=true");
    expect(await rows([`--env-file=${named}`])).toMatchObject({
      TATUM_KMS_AWS_REGION: "named",
      TATUM_KMS_DEBUG_MODE: "true",
    });
  });
});

describe("--env-file", () => {
  test.each([
    ["--env-file=", ""],
    ["--envFile=", ""],
    ["--env-file", " "],
    ["--envFile", " "],
  ])("is our option and not that of the runtime: %s", async (option, separator) => {
    const path = file("named.env", `TATUM_API_KEY=${keyFrom("name")}`);
    const args = separator === "" ? [`${option}${path}`] : [option, path];
    expect(await apiKeyFrom(args)).toBe("name");
    // The runtime would take it from before the command.
    const run = await installation.run([...args, "checkconfig"], { cwd: folder });
    expect(run.stdout).toContain("name");
  });

  test("is relative to the working directory", async () => {
    file("working-folder/named.env", `TATUM_API_KEY=${keyFrom("name")}`);
    expect(await apiKeyFrom(["--env-file=named.env"])).toBe("name");
    expect(await rows(["--env-file=named.env"])).toMatchObject({
      "Environment vars file": join(folder, "named.env"),
    });
  });

  test("of a file that is not there is an error", async () => {
    const path = join(installation.home, "missing.env");
    for (const command of [["checkconfig"], ["export"], ["generatemanagedwallet", "ETH"]]) {
      const failure = failureOf(await installation.run([...command, `--env-file=${path}`]));
      expect(failure).toMatchObject({
        status: 78,
        code: "CONFIGURATION",
        error: `The env file ${path} cannot be read.`,
      });
    }
  });

  test("of a folder is an error", async () => {
    const failure = failureOf(await installation.run(["checkconfig", `--env-file=${folder}`]));
    expect(failure).toMatchObject({ status: 78, code: "CONFIGURATION" });
  });
});

describe("a .env in the working directory", () => {
  /** Runs a command, loads a library, takes the API key away: what a foreign one could do. */
  const foreign = [
    "TATUM_KMS_PROVIDER=exec",
    'TATUM_KMS_PASSWORD_COMMAND=["/bin/sh","-c","touch attacked; echo password"]',
    "TATUM_KMS_PKCS11_URI=pkcs11:token=x?module-path=/tmp/none.so",
    `TATUM_API_KEY=${keyFrom("loca")}`,
  ];
  const note = (): string =>
    `The env file ${join(folder, ".env")} is not read (tatum-kms 8 read it); to have it read, add --env-file=${join(folder, ".env")}\n`;

  test("does not count, also beside a named one, but does when it is named", async () => {
    file("working-folder/.env", ...foreign);
    expect(await apiKeyFrom()).toBe("N/A");
    expect(await apiKeyFrom([`--env-file=${file("named.env", "")}`])).toBe("N/A");
    expect(await apiKeyFrom(["--env-file=.env"])).toBe("loca");
  });

  test("is told by the first start, which makes a vault, by migrate and by the daemon, and by nothing else", async () => {
    file("working-folder/.env", ...foreign);
    const run = (...args: string[]) => installation.run(args, { cwd: folder });
    expect((await run("migrate")).stderr).toStartWith(note());
    const made = await run("generatemanagedwallet", "ETH", "--testnet");
    expect(made).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(newVaultNote(installation.vaultPath, note())) as string,
    });
    expect((await run("export")).stderr).toBe("");
    expect((await run("daemon", "--run-once", "--chain=BTC")).stderr).toStartWith(note());
    expect((await run("migrate", "--env-file=.env")).stderr).not.toContain(note());
    expect(existsSync(join(folder, "attacked"))).toBe(false);
  });

  test("that is a folder, as Python makes them, is none", async () => {
    mkdirSync(join(folder, ".env"));
    await rows();
  });
});

test("an env file that nobody writes into holds no command up", async () => {
  mkdirSync(join(installation.home, ".tatumrc"), { mode: 0o700 });
  Bun.spawnSync(["mkfifo", "-m", "600", join(installation.home, ".tatumrc", ".env")]);
  const failure = failureOf(await installation.run(["checkconfig"]));
  expect(failure).toMatchObject({ status: 78, code: "CONFIGURATION" });
});

describe("what the runtime would read in the working directory", () => {
  test("other env files do not count", async () => {
    for (const name of [".env.local", ".env.production", ".env.development", ".env.test"]) {
      file(`working-folder/${name}`, `TATUM_API_KEY=${keyFrom("bun!")}`);
    }
    expect(await apiKeyFrom()).toBe("N/A");
  });

  test.each(["NODE_OPTIONS", "NODE_TLS_REJECT_UNAUTHORIZED", "BUN_INSPECT_NOTIFY"])(
    "%s in the environment is refused",
    async (name) => {
      const { status, stdout, stderr } = await installation.run(["checkconfig"], { env: { [name]: "0" } });
      expect({ status, stdout }).toEqual({ status: 78, stdout: "" });
      expect(stderr).toContain(name);
    },
  );

  test("a bunfig.toml, tsconfig.json or package.json runs no code", async () => {
    file("working-folder/attack.js", `require("node:fs").writeFileSync("attacked", "")`);
    file("working-folder/bunfig.toml", `preload = ["./attack.js"]`, "[run]", `preload = ["./attack.js"]`);
    file("working-folder/tsconfig.json", `{"compilerOptions": {"paths": {"*": ["./attack.js"]}}}`);
    file("working-folder/package.json", `{"type": "commonjs", "imports": {"#x": "./attack.js"}}`);
    file("working-folder/.env", "BUN_OPTIONS=--preload=./attack.js", "NODE_OPTIONS=--require=./attack.js");
    await rows();
    const run = await installation.run(["generatewallet", "ETH"], { cwd: folder });
    expect(run.status).toBe(0);
    expect(await Bun.file(join(folder, "attacked")).exists()).toBe(false);
  });

  test.each([
    "--cwd=/",
    "--inspect",
    "--inspect-brk",
    "--preload=attack.js",
    "--require=attack.js",
    "--eval=1",
    "--print=1",
    "--smol",
    "--watch",
    "--hot",
    "--bun",
    "--revision",
    "--no-env-file",
    "-e",
    "-p",
    "-r",
  ])("the runtime's option %s is an unknown one", async (option) => {
    for (const args of [
      [option, "checkconfig"],
      ["checkconfig", option],
    ]) {
      const failure = failureOf(await installation.run(args, { cwd: folder }));
      expect(failure.status).toBe(64);
      expect(failure.error).toBe(`Unknown option ${option.split("=")[0]}.`);
    }
  });

  test("a file of the runtime named with --config is read as our own, and runs no code", async () => {
    for (const args of [
      ["--config=bunfig.toml", "checkconfig"],
      ["checkconfig", "--config=bunfig.toml"],
    ]) {
      const failure = failureOf(await installation.run(args, { cwd: folder }));
      expect(failure).toMatchObject({ status: 78, code: "CONFIGURATION" });
      expect(failure.error).toContain("bunfig.toml");
    }
    expect(await Bun.file(join(folder, "attacked")).exists()).toBe(false);
  });

  test("a script is not run", async () => {
    file("working-folder/attack.js", `require("node:fs").writeFileSync("attacked", "")`);
    for (const args of [["attack.js"], ["./attack.js"], ["run", "attack.js"], ["x", "cowsay"], ["repl"]]) {
      expect(failureOf(await installation.run(args, { cwd: folder })).error).toStartWith(
        "Unsupported command.",
      );
    }
    expect(await Bun.file(join(folder, "attacked")).exists()).toBe(false);
  });
});
