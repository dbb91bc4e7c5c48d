/** Results reach whoever reads them, whole or with an error. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { executable, Installation } from "../executable.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
const installation = new Installation();
afterAll(() => installation.remove());

interface ShellRun {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of bash in which "$KMS" is the executable. */
async function shell(line: string): Promise<ShellRun> {
  const child = Bun.spawn(["bash", "-c", line], {
    cwd: installation.home,
    env: {
      HOME: installation.home,
      PATH: "/usr/bin:/bin",
      KMS: executable,
      TATUM_KMS_PASSWORD: installation.password,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return { stdout, stderr };
}

beforeAll(async () => {
  const passwords = (await Bun.file(join(samples, "passwords.json")).json()) as Record<string, string>;
  const env = { TATUM_KMS_IMPORT_PASSWORD: passwords["thousand"] as string };
  expect((await installation.run(["import", join(samples, "thousand.dat")], { env })).status).toBe(0);
});

test("a reader that is slow gets all of a large result", async () => {
  const { stdout } = await shell(`"$KMS" export | (sleep 1; cat)`);
  // More than a pipe holds.
  expect(stdout.length).toBeGreaterThan(128 * 1024);
  expect(stdout).toBe(readFileSync(join(samples, "thousand.json"), "utf8"));
});

describe("when the reader goes away early", () => {
  test.each([
    ["export", `"$KMS" export | head -1`, "{\n"],
    ["generatemanagedprivatekeybatch", `"$KMS" generatemanagedprivatekeybatch ETH 300 | head -c 2`, '{"'],
    ["--help", `(sleep 0.1; "$KMS" --help) | true`, ""],
    ["--version", `(sleep 0.1; "$KMS" --version) | true`, ""],
    ["generatewallet", `(sleep 0.1; "$KMS" generatewallet ETH) | true`, ""],
    ["checkconfig", `(sleep 0.1; "$KMS" checkconfig) | true`, ""],
  ])("%s ends without a word", async (_command, line, stdout) => {
    expect(await shell(line)).toEqual({ stdout, stderr: "" });
  });

  test("the exit status tells that the result was not read", async () => {
    for (const command of ["--help", "--version", "export"]) {
      const { stderr } = await shell(`(sleep 0.1; "$KMS" ${command}; echo $? >&2) | true`);
      expect(stderr).toBe("74\n");
    }
  });
});

describe("a result that cannot be written", () => {
  test.each(["export", "generatewallet ETH", "--help"])("is an error: %s", async (command) => {
    const { stderr } = await shell(`"$KMS" ${command} > /dev/full; echo $?`);
    expect(JSON.parse(stderr)).toEqual({
      error: "The result could not be written to standard output (ENOSPC).",
      code: "CANNOT_WRITE",
    });
    expect((await shell(`"$KMS" ${command} 2>/dev/null > /dev/full; echo $?`)).stdout).toBe("73\n");
  });

  test("an error that cannot be told is still one", async () => {
    for (const stderr of ["2>/dev/full", "2>&-"]) {
      expect(await shell(`"$KMS" frobnicate ${stderr}; echo $?`)).toEqual({ stdout: "64\n", stderr: "" });
    }
  });
});

test("characters beyond ASCII come out as they are", async () => {
  const { stdout } = await shell(`"$KMS" checkconfig --path=Šifra-密码`);
  expect(stdout).toContain("/Šifra-密码\n");
});

test.each([
  [80, /\[#* *\] \d+ % {2}\d+ of 900000 keys stored, \d+(\.\d)? a second, \d+ (s|min|h) left/],
  [40, /\[#* *\] \d+ % {2}\d+ (s|min|h) left/],
])("a terminal of %d columns shows how far a batch is that goes into a file", async (columns, bar) => {
  const home = new Installation();
  const env = { TATUM_KMS_PASSWORD: home.password, NO_COLOR: "1" };
  const run = new TerminalRun(home, ["generatemanagedprivatekeybatch", "ETH", "900000"], {
    env,
    columns,
    output: "keys.jsonl",
  });
  await run.shows(" left");
  run.interrupt();
  await run.ended();
  expect(run.screen).toMatch(bar);
  for (const picture of run.screen.split("\r\u001b[K").slice(1))
    expect(picture.split(/[\r\n]/)[0]?.length).toBeLessThanOrEqual(columns);
  home.remove();
});
