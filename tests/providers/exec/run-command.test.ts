import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { runCommand } from "../../../providers/exec/run-command.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { refused } from "../local-context.ts";

const path = useTemporaryFolder();
const PATH = "/usr/bin:/bin";

async function shell(script: string, timeLimit = 20_000): Promise<string> {
  const options = { name: "the command", environment: { PATH, FILE: path("file") }, timeLimit };
  return new TextDecoder().decode(await runCommand(["sh", "-c", script], options));
}

/** Waits until none of the processes whose numbers a file holds is alive. */
async function haveEnded(file: string): Promise<void> {
  for (const pid of readFileSync(file, "utf8").trim().split("\n")) {
    for (let tries = 0; isAlive(pid); tries++) {
      expect(tries).toBeLessThan(500);
      await Bun.sleep(10);
    }
  }
}

/** A zombie waits only to be counted. */
function isAlive(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

describe("the output of a command", () => {
  test("is all it writes to standard output", async () => {
    expect(await shell("echo one; echo warning >&2; sleep 0.1; printf two")).toBe("one\ntwo");
  });

  test("may be missing", async () => {
    expect(await shell(":")).toBe("");
  });

  test("is made with this environment alone, and without standard input", async () => {
    expect((await shell("env | grep -v '^PWD=\\|^_=\\|^SHLVL='; cat")).trim().split("\n").sort()).toEqual([
      `FILE=${path("file")}`,
      `PATH=${PATH}`,
    ]);
  });

  test("is made without a shell", async () => {
    const options = { name: "the command", environment: { PATH }, timeLimit: 20_000 };
    const output = await runCommand(["printf", "%s", "$(id) ; *"], options);
    expect(new TextDecoder().decode(output)).toBe("$(id) ; *");
  });
});

describe("a command that fails", () => {
  test.each([
    ["echo canary; exit 3", "ended with status 3", "wrote nothing"],
    ["echo canary >&2; exit 1", "ended with status 1", "wrote to standard error"],
    ["kill -TERM $$", "was ended by SIGTERM", "wrote nothing"],
  ])("tells how, not what it wrote: %s", async (script, ending, said) => {
    const error = await refused(() => shell(script));
    expect(error).toMatchObject({
      code: "UNREACHABLE",
      message: `The secret could not be fetched: the command ${ending}.`,
    });
    expect(error.hint).toContain(said);
    expect(error.hint).not.toContain("canary");
  });

  test.each([["missing"], ["not-executable"]])("to start is a wrong setting: %s", async (name) => {
    writeFileSync(path("not-executable"), "", { mode: 0o600 });
    const options = { name: "the command", environment: {}, timeLimit: 20_000 };
    const error = await refused(() => runCommand([path(name), "canary"], options));
    expect(error.code).toBe("NOT_CONFIGURED");
    expect(error.message).toMatch(/cannot be started \((ENOENT|EACCES)\)\.$/);
    expect(`${error.message}${error.hint}`).not.toContain(name);
  });

  test("to be taken by the system is a wrong setting: too long", async () => {
    writeFileSync(path("canary"), "#!/bin/sh\n", { mode: 0o700 });
    const options = { name: "the command", environment: {}, timeLimit: 20_000 };
    const error = await refused(() => runCommand([path("canary"), "x".repeat(4 * 1024 * 1024)], options));
    expect(error).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "The secret could not be fetched: the command cannot be started (E2BIG).",
    });
    expect(error.hint).not.toContain("canary");
  });
});

describe("a command that does not end", () => {
  test.each([
    ["itself", "echo $$ > $FILE; exec sleep 300"],
    ["with its children", "sleep 300 & echo $! > $FILE; echo $$ >> $FILE; wait"],
    ["with the child that keeps the output open", "sleep 300 & echo $! > $FILE"],
  ])("is killed when time is up: %s", async (_what, script) => {
    const error = await refused(() => shell(script, 1000));
    expect(error).toMatchObject({
      code: "UNREACHABLE",
      message: "The secret could not be fetched: the command did not end within 1 seconds.",
    });
    await haveEnded(path("file"));
  });

  test("is killed when it writes more than any password", async () => {
    const error = await refused(() => shell("echo $$ > $FILE; exec yes canary"));
    expect(error).toMatchObject({
      code: "UNUSABLE",
      message: "The output of the command is longer than any password (more than 64 KiB).",
    });
    await haveEnded(path("file"));
  });
});
