/**
 * Variables that act on a process before its program begins, and that an operator may well have set for others: the program puts
 * itself in its own place without them, before it reads a secret (Linux).
 */
import { dlopen, ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import { KmsError } from "../errors.ts";

/**
 * The dynamic linker (`ld.so(8)`; LD_PRELOAD and LD_AUDIT are refused, LD_BIND_NOW only binds early), the C library and the
 * memory allocator of the runtime, which takes its names in any case.
 */
const STEERS_START =
  /^(LD_(?!BIND_NOW$).*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|HOSTALIASES|RESOLV_HOST_CONF|MIMALLOC_.*)$/;

/** Where the programs that this one starts, a token's module and a password's command, find their libraries. */
const LIBRARY_PATH = "LD_LIBRARY_PATH";
export const LIBRARY_PATH_VARIABLE = "TATUM_KMS_LIBRARY_PATH";

/** Whether a variable is taken away from this program. An empty one does nothing. */
function steersStart(name: string, value: string): boolean {
  return value !== "" && STEERS_START.test(name.startsWith("LD_") ? name : name.toUpperCase());
}

/** `NAME=value` texts, taken apart; latin1 keeps every byte. */
function nameAndValue(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  return equals === -1 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

/**
 * The environment without the variables that are taken away. What `LD_LIBRARY_PATH` said is kept for the programs that this one
 * starts, unless the operator told them something else.
 *
 * @returns `undefined` when there is nothing to take away
 */
export function cleanEnvironment(variables: readonly string[]): string[] | undefined {
  const kept = variables.filter((text) => !steersStart(...nameAndValue(text)));
  if (kept.length === variables.length) return undefined;
  const [path] = variables.filter((text) => text.startsWith(`${LIBRARY_PATH}=`));
  const isTold = kept.some((text) => text.startsWith(`${LIBRARY_PATH_VARIABLE}=`));
  if (path === undefined || path === `${LIBRARY_PATH}=` || isTold) return kept;
  return [...kept, `${LIBRARY_PATH_VARIABLE}=${path.slice(LIBRARY_PATH.length + 1)}`];
}

/** Texts that each end with a zero byte, as the kernel shows them. */
function readTexts(path: string): string[] {
  const texts = readFileSync(path, "latin1").split("\0");
  return texts.at(-1) === "" ? texts.slice(0, -1) : texts;
}

/** Pointers to texts, ended by a null pointer, as `execve(2)` takes them; and what has to stay in memory with them. */
function pointersTo(texts: readonly string[]): { array: BigUint64Array; buffers: Buffer[] } {
  const buffers = texts.map((text) => Buffer.from(`${text}\0`, "latin1"));
  return { array: BigUint64Array.from([...buffers.map((buffer) => BigInt(ptr(buffer))), 0n]), buffers };
}

/** `execve(2)`: process id, open files and the signals that are ignored stay. Returns only when it fails. */
function replaceProcess(program: string, words: readonly string[], variables: readonly string[]): void {
  const { symbols } = dlopen("libc.so.6", {
    execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  });
  const path = Buffer.from(`${program}\0`);
  const [argv, environment] = [pointersTo(words), pointersTo(variables)];
  symbols.execve(ptr(path), ptr(argv.array), ptr(environment.array));
}

/**
 * Starts the program anew in this process when its environment holds variables that it is to run without.
 * @throws KmsError `CONFIGURATION` naming one, when the system does not allow that
 */
export function restartClean(environment: Readonly<Record<string, string | undefined>>): void {
  if (process.platform !== "linux") return;
  const name = Object.keys(environment).find((key) => steersStart(key, environment[key] ?? ""));
  if (name === undefined) return;
  try {
    const variables = cleanEnvironment(readTexts("/proc/self/environ"));
    if (variables !== undefined) replaceProcess(process.execPath, readTexts("/proc/self/cmdline"), variables);
  } catch {
    // What is to be done about it is the same, whatever it was.
  }
  throw new KmsError(
    "CONFIGURATION",
    `The variable ${name} is set, and this system does not let the program start anew without it.`,
    {
      hint: `Start it without ${name}. For a token's module and a password's command there is ${LIBRARY_PATH_VARIABLE}.`,
    },
  );
}
