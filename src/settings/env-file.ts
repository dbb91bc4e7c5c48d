/**
 * Env files: NAME=value lines as dotenv 16 reads them (https://github.com/motdotla/dotenv), which the original uses. What it
 * would read as something else than what stands there (half of a quoted text, a password up to its `#`) is refused with its
 * line and the reason.
 */
import { isUtf8 } from "node:buffer";
import { statSync } from "node:fs";
import {
  exposure,
  FileRefused,
  type ReadFile,
  readTrustedFile,
} from "../../providers/support/trusted-file.ts";
import { KmsError } from "../errors.ts";
import { isSecretVariable } from "../operations/hardening.ts";

const MAXIMUM_BYTES = 1024 * 1024;

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = "\ufeff";

/** `NAME=`, `export NAME = ` or, as in YAML, `NAME: `. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=|:(?=[ \t]))[ \t]*/;
const EMPTY_OR_COMMENT = /^[ \t]*(?:#.*)?$/;

export interface EnvFile {
  readonly variables: Readonly<Record<string, string>>;
  /** The line in which each variable is set. */
  readonly lines: Readonly<Record<string, number>>;
  /** What a person should know about the file, as sentences. */
  readonly warnings: readonly string[];
}

/** A line of a file of settings that cannot be taken. */
export class UnreadableLine extends Error {
  readonly line: number;
  readonly hint: string;

  constructor(line: number, reason: string, hint: string) {
    super(reason);
    this.line = line;
    this.hint = hint;
  }
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

/** @throws UnreadableLine for what is no text in UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  const save = "Save it as UTF-8.";
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked) throw new UnreadableLine(1, "is UTF-16, not UTF-8", save);
  const zero = bytes.indexOf(0);
  const lineAt = (at: number): number =>
    bytes.subarray(0, at).filter((byte) => byte === LINE_FEED).length + 1;
  if (zero === 0 || zero === 1) throw new UnreadableLine(1, "is UTF-16, not UTF-8", save);
  if (zero !== -1) throw new UnreadableLine(lineAt(zero), "holds a NUL character", save);
  if (!isUtf8(bytes)) {
    const valid = longestValidStart(bytes);
    throw new UnreadableLine(lineAt(valid), "is no text in UTF-8", save);
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Bytes up to the first line that is no UTF-8. */
function longestValidStart(bytes: Uint8Array): number {
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return start;
}

/** The text between two double quotation marks, in which `\n` and `\r` stand for line breaks. */
function lineBreaksIn(text: string, line: number): string {
  if (/\\["\\]/.test(text) || text.endsWith("\\")) {
    throw new UnreadableLine(
      line,
      "has a backslash before a quotation mark or another backslash, which programs read differently",
      "Put the value between single quotation marks, where every character stands for itself.",
    );
  }
  return text.replaceAll("\\n", "\n").replaceAll("\\r", "\r");
}

interface Value {
  readonly value: string;
  /** Where the next line begins. */
  readonly next: number;
}

function quotedValue(text: string, start: number, line: number): Value {
  const quote = text.charAt(start);
  const close = text.indexOf(quote, start + 1);
  const others = `If the value holds a ${quote}, put it between other quotation marks: ' or " or \`.`;
  if (close === -1)
    throw new UnreadableLine(line, `has a quotation mark (${quote}) that is not closed`, others);
  const value = text.slice(start + 1, close);
  const isEscaped = quote === '"' && value.endsWith("\\");
  const end = endOfLine(text, close);
  if (!isEscaped && !EMPTY_OR_COMMENT.test(text.slice(close + 1, end))) {
    throw new UnreadableLine(
      lineOf(text, close),
      `has text after the closing quotation mark (${quote})`,
      others,
    );
  }
  return { value: quote === '"' ? lineBreaksIn(value, line) : value, next: end + 1 };
}

function bareValue(text: string, start: number, line: number): Value {
  const end = endOfLine(text, start);
  const whole = text.slice(start, end);
  const hash = whole.indexOf("#");
  const isBlankBefore =
    hash > 0 ? /[ \t]/.test(whole.charAt(hash - 1)) : /[ \t]/.test(text.charAt(start - 1));
  if (hash !== -1 && !isBlankBefore) {
    throw new UnreadableLine(
      line,
      "has a # right after other characters: it could belong to the value or begin a comment",
      "If it belongs to the value, put the value between quotation marks. If a comment begins there, as tatum-kms 8 took it, put a blank before it.",
    );
  }
  const value = (hash === -1 ? whole : whole.slice(0, hash)).replace(/[ \t]+$/, "");
  if (value === value.trim()) return { value, next: end + 1 };
  throw new UnreadableLine(
    line,
    "has an unusual white space at an end of the value",
    "If it belongs to the value, put the value between quotation marks; else take it away.",
  );
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

function withoutCarriageReturns(content: string): string {
  const text = content.replaceAll("\r\n", "\n").replace(/\r$/, "");
  const left = text.indexOf("\r");
  if (left === -1) return text;
  throw new UnreadableLine(
    lineOf(text, left),
    "has a carriage return that ends no line",
    'End lines with a line feed; in a value between double quotation marks write "\\r".',
  );
}

/** @throws UnreadableLine */
function* assignments(content: string): Generator<Assignment> {
  const text = withoutCarriageReturns(content);
  for (let at = 0, line = 1, next = 0; at < text.length; at = next) {
    const end = endOfLine(text, at);
    const whole = text.slice(at, end);
    next = end + 1;
    if (!EMPTY_OR_COMMENT.test(whole)) {
      const [start, name] = ASSIGNMENT.exec(whole) ?? [];
      if (start === undefined || name === undefined) throw noAssignment(line);
      const from = at + start.length;
      const isQuoted = /['"`]/.test(text.charAt(from));
      const found = isQuoted ? quotedValue(text, from, line) : bareValue(text, from, line);
      yield { name, value: found.value, line };
      next = found.next;
    }
    line += lineOf(text.slice(at, next), next) - 1;
  }
}

function noAssignment(line: number): UnreadableLine {
  return new UnreadableLine(
    line,
    "is neither NAME=value nor a comment",
    "A value of several lines stands between quotation marks; a comment begins with #.",
  );
}

/** Of a name that is set twice the last value counts, as in dotenv. */
function collect(content: string): EnvFile {
  const found = new Map<string, Assignment>();
  const warnings: string[] = [];
  for (const assignment of assignments(content)) {
    const { name, value, line } = assignment;
    const before = found.get(name);
    if (before !== undefined && before.value !== value) {
      warnings.push(`sets ${name} in line ${before.line} and again in line ${line}; the last one counts.`);
    }
    found.set(name, assignment);
  }
  const variables = Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
  const lines = Object.fromEntries([...found].map(([name, { line }]) => [name, line]));
  return { variables, lines, warnings };
}

/** Nobody named it, so it may be missing; a folder named `.env` is what Python's virtual environments make. */
export function isNone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch {
    // The reason is told when it is read.
    return false;
  }
}

interface SettingsFile {
  /** At the beginning of a sentence. */
  readonly source: string;
  /** That names it. */
  readonly option: string;
  readonly isNamed: boolean;
}

/** @throws KmsError `CONFIGURATION` when it cannot be read, and when others can write it */
export function readSettingsBytes(path: string, { source, option, isNamed }: SettingsFile): ReadFile {
  try {
    return readTrustedFile(path, { source, maximumBytes: MAXIMUM_BYTES, regularOnly: !isNamed });
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    const isUnread = ["missing", "denied", "failed"].includes(error.reason);
    const hint = isUnread ? `${error.message} Check ${option} and the file's permissions.` : error.hint;
    throw new KmsError("CONFIGURATION", isUnread ? `${source} cannot be read.` : error.message, {
      cause: error,
      ...(hint !== undefined && { hint }),
    });
  }
}

/**
 * The variables of an env file.
 *
 * @param isNamed somebody named it: it has to exist, and may be a pipe
 * @returns `undefined` when it does not exist and was not named
 * @throws KmsError `CONFIGURATION` when it cannot be read, when others can write it, and when a line is no NAME=value or could
 * be read in two ways
 */
export function readEnvFile(path: string, isNamed: boolean): EnvFile | undefined {
  if (!isNamed && isNone(path)) return undefined;
  const source = `The env file ${path}`;
  const { bytes, status } = readSettingsBytes(path, { source, option: "--env-file", isNamed });
  try {
    const { variables, lines, warnings } = collect(decodeText(bytes));
    const holdsSecret = Object.entries(variables).some(
      ([name, value]) => value !== "" && isSecretVariable(name),
    );
    const exposed = holdsSecret ? exposure(source, path, status) : undefined;
    const told = warnings.map((text) => `${source} ${text}`);
    return { variables, lines, warnings: exposed === undefined ? told : [...told, exposed] };
  } catch (error) {
    if (!(error instanceof UnreadableLine)) throw error;
    throw new KmsError("CONFIGURATION", `Line ${error.line} of the env file ${path} ${error.message}.`, {
      hint: error.hint,
    });
  }
}
