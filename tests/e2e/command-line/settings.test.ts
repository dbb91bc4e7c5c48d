/** Where settings come from, told by the rows of `checkconfig`. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Installation, type RunOptions } from "../executable.ts";
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
  writeFileSync(absolute, lines.map((line) => `${line}\n`).join(""));
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
      .map((line) => [line.slice(0, 33).trimEnd(), line.slice(35)]),
  );
}

async function apiKeyFrom(
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<string | undefined> {
  return (await rows(args, options))["TATUM_API_KEY"]?.slice(0, 4);
}

describe("of two places that set a variable the first counts", () => {
  test("flag, environment, named env file, ./.env, ~/.tatumrc/.env", async () => {
    const named = file("named.env", `TATUM_API_KEY=${keyFrom("name")}`);
    const local = file("working-folder/.env", `TATUM_API_KEY=${keyFrom("loca")}`);
    const home = file(".tatumrc/.env", `TATUM_API_KEY=${keyFrom("home")}`);
    const env = { TATUM_API_KEY: keyFrom("envi") };
    const envFile = ["--env-file", named];

    expect(await apiKeyFrom([...envFile, "--api-key", keyFrom("flag")], { env })).toBe("flag");
    expect(await apiKeyFrom(envFile, { env })).toBe("envi");
    expect(await apiKeyFrom(envFile)).toBe("name");
    expect(await apiKeyFrom()).toBe("loca");
    rmSync(local);
    expect(await apiKeyFrom()).toBe("home");
    rmSync(home);
    expect(await apiKeyFrom()).toBe("N/A");
  });

  test("a variable that is set to nothing counts as not set", async () => {
    file("working-folder/.env", `TATUM_API_KEY=${keyFrom("loca")}`);
    expect(await apiKeyFrom([], { env: { TATUM_API_KEY: "" } })).toBe("loca");
  });

  test("each variable counts by itself", async () => {
    file("working-folder/.env", "TATUM_KMS_AWS_REGION=local");
    file(".tatumrc/.env", "TATUM_KMS_AWS_REGION=home", "TATUM_KMS_DEBUG_MODE=true");
    expect(await rows()).toMatchObject({ TATUM_KMS_AWS_REGION: "local", TATUM_KMS_DEBUG_MODE: "true" });
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

describe("an env file", () => {
  test.each([
    ["quotes", `TATUM_KMS_AWS_REGION="eu west"`, "eu west"],
    ["single quotes", "TATUM_KMS_AWS_REGION='eu $HOME'", "eu $HOME"],
    ["a comment after it", "TATUM_KMS_AWS_REGION=eu # home", "eu"],
    ["export in front", "export TATUM_KMS_AWS_REGION=eu", "eu"],
    ["a carriage return at the end", "TATUM_KMS_AWS_REGION=eu\r", "eu"],
    ["a byte order mark in front", "\ufeffTATUM_KMS_AWS_REGION=eu", "eu"],
    ["an equals sign in it", "TATUM_KMS_AWS_REGION=eu=1", "eu=1"],
    ["a dollar sign, which stands for itself", "TATUM_KMS_AWS_REGION=eu$HOME", "eu$HOME"],
  ])("may hold a value with %s", async (_what, line, value) => {
    file("working-folder/.env", line);
    expect((await rows())["TATUM_KMS_AWS_REGION"]).toBe(value);
  });

  test("named .env that is a folder, as Python makes them, is none", async () => {
    mkdirSync(join(folder, ".env"));
    await rows();
  });
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
    "--config=bunfig.toml",
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
