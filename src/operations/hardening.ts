/**
 * Hardening of the process on Linux: no core dump, no debugger (https://man7.org/linux/man-pages/man2/prctl.2.html), and no
 * secret in the arguments and the environment that the kernel shows to whoever may look at the process (`ps e`,
 * `/proc/<pid>/environ`).
 */
import { dlopen, type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { readFileSync } from "node:fs";

/**
 * Names with such a word hold a secret, whatever program they are for. Those of files and addresses (`..._TOKEN_FILE`,
 * `..._SECRET_NAME`) do not.
 */
const SECRET_NAME =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|PASS|PW|PIN|SECRET|SECRET_ID|TOKEN|APIKEY|KEY|KEY_ID|MNEMONIC|SEED|COOKIE|DSN)$/i;

/** `TATUM_API_KEY_<NAME>`; `..._FILE` is a path. In `..._FROM` a command may hold a secret. */
const NAMED_API_KEY = /^TATUM_API_KEY_(?!(?:\w*_)?FILE$)\w+$/;

/** Whether the value of a variable of this name is a secret by its name alone: ours, and those of clouds and secret stores. */
export function isSecretVariable(name: string): boolean {
  return SECRET_NAME.test(name) || NAMED_API_KEY.test(name);
}

const END = 0;
const EQUALS = "=";

/** A part of a text, from one character to before another. */
type Span = readonly [from: number, to: number];

/**
 * What of a text may be a secret although nothing says that all of it is: `user:password@` with or without a URL around it, what
 * follows the question mark of a URL, and the PIN in a PKCS#11 URI. Rather too much than too little: it is only hidden from view.
 */
function secretSpans(text: string): Span[] {
  const spans: Span[] = [];
  const host = text.indexOf("://");
  const at = text.lastIndexOf("@");
  if (at > 0 && host !== -1 && host < at) spans.push([host + "://".length, at]);
  else if (text.slice(0, Math.max(at, 0)).includes(":")) spans.push([0, at]);
  const query = host === -1 ? -1 : text.slice(host).search(/[?#]/);
  if (query !== -1) spans.push([host + query + 1, text.length]);
  const pin = text.search(/pin-value=/i);
  if (pin !== -1) spans.push([pin + "pin-value=".length, text.length]);
  return spans;
}

/** The texts of a block, each ended by a zero byte, as spans of it. */
function textsOf(block: Buffer): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < block.length; ) {
    const found = block.indexOf(END, start);
    const end = found === -1 ? block.length : found;
    spans.push([start, end]);
    start = end + 1;
  }
  return spans;
}

function blankSpans(block: Buffer, start: number, spans: readonly Span[]): void {
  for (const [from, to] of spans) block.fill(END, start + from, start + to);
}

/**
 * Overwrites the values of secret variables, and the secret parts of all others, with zeros, in place. The names stay.
 *
 * @param environment `NAME=value` texts, each ended by a zero byte
 * @param declared names of variables that are known to be secret
 */
export function blankVariables(environment: Buffer, declared: ReadonlySet<string> = new Set()): void {
  for (const [start, end] of textsOf(environment)) {
    // One character a byte, so that places in the text are places in the block.
    const text = environment.toString("latin1", start, end);
    const equals = text.indexOf(EQUALS);
    if (equals <= 0) continue;
    const name = text.slice(0, equals);
    const value = start + equals + 1;
    if (isSecretVariable(name) || declared.has(name)) environment.fill(END, value, end);
    else blankSpans(environment, value, secretSpans(text.slice(equals + 1)));
  }
}

/**
 * Overwrites secrets in the words of a command line with zeros, in place.
 *
 * @param words texts, each ended by a zero byte; the first is the program
 * @param secrets words or values of options that are secret as a whole, wherever they stand
 */
export function blankWords(words: Buffer, secrets: readonly string[]): void {
  for (const [start, end] of textsOf(words).slice(1)) {
    const text = words.toString("latin1", start, end);
    const value = text.startsWith("--") ? text.indexOf(EQUALS) + 1 : 0;
    blankSpans(words, start + value, secretSpans(text.slice(value)));
  }
  for (const secret of secrets) blankText(words, secret);
}

function blankText(block: Buffer, text: string): void {
  const length = Buffer.byteLength(text);
  if (length === 0) return;
  for (let at = block.indexOf(text); at !== -1; at = block.indexOf(text, at + length)) {
    block.fill(END, at, at + length);
  }
}

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
