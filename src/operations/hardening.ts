/** What keeps the secrets in this process's memory from other processes and from files, on Linux. */

import { dlopen, type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { readFileSync } from "node:fs";
import { blankVariables, blankWords } from "./visible-secrets.ts";

/** `prctl(2)` */
const PR_SET_DUMPABLE = 4;
/** `getrlimit(2)` */
const RLIMIT_CORE = 4;

/** The C library that the process runs with: musl takes this name for its own as well. */
function openLibrary() {
  return dlopen("libc.so.6", {
    prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    setrlimit: { args: ["i32", "ptr"], returns: "i32" },
  }).symbols;
}

function assertDone(name: string, status: number): void {
  if (status !== 0) throw new Error(`${name} gave ${status}`);
}

/** Core dumps get no byte. */
function forbidCoreFiles(): void {
  // struct rlimit: the soft and the hard limit.
  const none = new BigUint64Array(2);
  assertDone("setrlimit", openLibrary().setrlimit(RLIMIT_CORE, ptr(none)));
}

/**
 * No core dump, also none that is piped to a program, and no other process of the same user may attach a debugger or read
 * `/proc/<pid>/mem` and `/proc/<pid>/environ`.
 */
function forbidInspection(): void {
  assertDone("prctl", openLibrary().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

/** Fields of `/proc/<pid>/stat` after the name (`proc_pid_stat(5)`, fields 48 to 51 of all). */
const ARGUMENTS_START = 45;
const ARGUMENTS_END = 46;
const ENVIRONMENT_START = 47;
const ENVIRONMENT_END = 48;

/** @throws Error when the kernel does not tell where the block is */
function visibleBlock(fields: readonly string[], start: number, end: number): Buffer {
  const [from, to] = [Number(fields[start]), Number(fields[end])];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from <= 0 || to < from) {
    throw new Error("the kernel does not tell where arguments and environment are");
  }
  // The name of a pointer's type in Bun is a branded number.
  return to === from ? Buffer.alloc(0) : Buffer.from(toArrayBuffer(from as Pointer, 0, to - from));
}

/** What of the command line and the environment is secret beyond what can be told by names and forms. */
export interface KnownSecrets {
  /** Words of the command line, or values of its options. */
  readonly words: readonly string[];
  /** Names of variables. */
  readonly variables: readonly string[];
}

/** Bun has copied both blocks before this runs, so `process.env` and `process.argv` keep their values. */
function hideVisibleSecrets({ words, variables }: KnownSecrets): void {
  const status = readFileSync("/proc/self/stat", "utf8");
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  blankWords(visibleBlock(fields, ARGUMENTS_START, ARGUMENTS_END), words);
  blankVariables(visibleBlock(fields, ENVIRONMENT_START, ENVIRONMENT_END), new Set(variables));
}

/**
 * Makes the memory of this process hard to get at: no core dump, no debugger of the same user, and no secret in the
 * arguments and the environment that the system shows of it. Does nothing on other systems than Linux. Worker threads
 * have to be handed `process.env`: on their own they read the environment that was overwritten.
 *
 * @returns what could not be done, for a person
 */
export function hardenProcess(secrets: KnownSecrets): string | undefined {
  if (process.platform !== "linux") return undefined;
  const steps: readonly [string, () => void][] = [
    ["hide secrets from the list of processes", () => hideVisibleSecrets(secrets)],
    ["forbid core files", forbidCoreFiles],
    // The last one: it may keep this process itself from its files in /proc.
    ["forbid debuggers", forbidInspection],
  ];
  const problems = steps.flatMap(([what, step]) => {
    try {
      step();
      return [];
    } catch (failure) {
      return [`${what} (${failure instanceof Error ? failure.message : "unknown"})`];
    }
  });
  return problems.length === 0 ? undefined : `This system does not let the program ${problems.join(", ")}.`;
}
