import { afterEach, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { readBounded } from "../../../providers/file/bounded-read.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { refused } from "../local-context.ts";

const path = useTemporaryFolder();
let opened: number[] = [];
let children: ChildProcess[] = [];
afterEach(() => {
  for (const descriptor of opened) closeSync(descriptor);
  for (const child of children) child.kill();
  opened = [];
  children = [];
});

/** A named pipe, opened for reading as the provider does. */
function pipe(): { descriptor: number; file: string } {
  const file = path("pipe");
  Bun.spawnSync(["mkfifo", "-m", "600", file]);
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  opened.push(descriptor);
  return { descriptor, file };
}

function shell(line: string, file: string): void {
  children.push(spawn("sh", ["-c", line, "sh", file], { stdio: "ignore" }));
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

describe("reading a pipe", () => {
  test("waits for the writer, and for all that it writes", async () => {
    const { descriptor, file } = pipe();
    shell('sleep 0.1; exec >"$1"; printf ge; sleep 0.2; printf heim', file);
    const bytes = await readBounded(descriptor, { source: "The pipe", timeLimit: 20_000, awaitWriter: true });
    expect(text(bytes)).toBe("geheim");
  });

  test("needs no end when a line is enough", async () => {
    const { descriptor, file } = pipe();
    shell('printf "geheim\\nmore\\n" >"$1"; exec >"$1"; sleep 60', file);
    const options = { source: "The pipe", timeLimit: 20_000, awaitWriter: true, oneLine: true };
    expect(text(await readBounded(descriptor, options))).toBe("geheim\n");
  });

  test.each([
    ["nobody writes", ":"],
    ["the writer does not end", 'exec >"$1"; printf canary; sleep 60'],
  ])("ends when time is up: %s", async (_what, line) => {
    const { descriptor, file } = pipe();
    shell(line, file);
    const error = await refused(() =>
      readBounded(descriptor, { source: "The pipe", timeLimit: 300, awaitWriter: true }),
    );
    expect(error).toMatchObject({
      code: "UNREACHABLE",
      message: "The pipe gave no complete secret within 0.3 seconds.",
    });
  });

  test("ends when time is up also where the system call waits", async () => {
    const { descriptor, file } = pipe();
    shell('exec >"$1"; sleep 60', file);
    // Through the other name it is opened as a caller would hand it over: a read of it blocks.
    const blocking = openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY);
    opened.push(blocking);
    const error = await refused(() => readBounded(blocking, { source: "The pipe", timeLimit: 300 }));
    expect(error.code).toBe("UNREACHABLE");
  });
});

test("a file without end is left before it fills the memory", async () => {
  const descriptor = openSync("/dev/zero", "r");
  opened.push(descriptor);
  const error = await refused(() => readBounded(descriptor, { source: "The file", timeLimit: 20_000 }));
  expect(error).toMatchObject({
    code: "UNUSABLE",
    message: "The file is longer than any password (more than 64 KiB).",
  });
});

test("an empty file is read as nothing, at once", async () => {
  writeFileSync(path("empty"), "");
  const descriptor = openSync(path("empty"), "r");
  opened.push(descriptor);
  expect(await readBounded(descriptor, { source: "The file", timeLimit: 20_000 })).toHaveLength(0);
});
