/**
 * Standard output and standard error. All of a text is written before the call returns: ending the process cuts nothing off,
 * however slowly the other side reads.
 */
import { writeSync } from "node:fs";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { KmsError } from "../errors.ts";
import type { Config } from "../settings/settings.ts";
import type { ImportResult } from "../vault/import/import-wallets.ts";
import { fitted } from "./terminal/text-layout.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Milliseconds between two attempts when the other side is slower than we are. */
const PAUSE = 2;

/** Nobody reads standard output any more, as after `| head -1`. Nothing more is to be said about it. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw error;
      Bun.sleepSync(PAUSE);
    }
  }
}

/**
 * Writes a result.
 * @throws OutputClosed
 * @throws KmsError `CANNOT_WRITE` when it is cut off, as on a full disk
 */
export function writeOutput(text: string): void {
  try {
    writeWhole(STANDARD_OUTPUT, text);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EPIPE") throw new OutputClosed("Standard output was closed.");
    throw new KmsError("CANNOT_WRITE", `The result could not be written to standard output (${code}).`);
  }
}

/** To the beginning of the line, and what stands behind it taken away (ECMA-48: EL). */
const CLEARED_LINE = "\r\u001b[K";

let isDrawn = false;

/** Draws a line at the terminal of standard error, in place of the one that was drawn before; an empty one takes it away. */
export function drawLine(line: string): void {
  if (line === "" && !isDrawn) return;
  writeError(line);
  isDrawn = line !== "";
}

/** Writes something beside the result. When that fails there is nobody left to be told. */
export function writeError(text: string): void {
  try {
    writeWhole(STANDARD_ERROR, isDrawn ? CLEARED_LINE + text : text);
    isDrawn = false;
  } catch {
    // See above.
  }
}

/** A result as the original prints it: JSON with two spaces, on standard output. */
export function printJson(value: unknown): void {
  writeOutput(`${stringifyExactJson(value, 2)}\n`);
}

/** {@link printJson} of an array whose members come in parts: each part is written before the next one is asked for. */
export async function printJsonArray(parts: AsyncIterable<readonly unknown[]>): Promise<void> {
  let isBegun = false;
  for await (const part of parts) {
    if (part.length === 0) continue;
    const members = part.map((member) => stringifyExactJson(member, 2).replaceAll("\n", "\n  "));
    writeOutput((isBegun ? ",\n  " : "[\n  ") + members.join(",\n  "));
    isBegun = true;
  }
  writeOutput(isBegun ? "\n]\n" : "[]\n");
}

/** A result in one line of JSON. */
export function printJsonLine(value: unknown): void {
  writeOutput(`${stringifyExactJson(value)}\n`);
}

let tell = (text: string): void => writeError(`${text.split("\n").map(fitted).join("\n")}\n`);

/** Something worth knowing beside the result, on standard error; at a terminal it breaks between words. */
export function printNote(text: string): void {
  tell(text);
}

/** Has notes told in another way, such as in the lines of a log. */
export function tellNotesBy(other: (text: string) => void): void {
  tell = other;
}

const warnings = new Set<string>();

/** A warning, on standard error; the same one once, however often its cause is met. */
export function printWarning(text: string): void {
  if (warnings.has(text)) return;
  warnings.add(text);
  printNote(`Warning: ${text}`);
}

/** The original read `./.env`: whoever comes from there is told at the first steps that it does not count. */
export function printUnreadEnvFile({ unreadEnvFile }: Config): void {
  if (unreadEnvFile === undefined) return;
  printNote(
    `The env file ${unreadEnvFile} is not read (tatum-kms 8 read it); to have it read, add --env-file=${unreadEnvFile}`,
  );
}

/** What of an import is printed as its result; warnings go beside it. */
export type PrintedResult<Result extends ImportResult> = Omit<Result, "warnings">;

/** Tells the warnings of an import on standard error and gives the rest of it. */
export function printWarnings<Result extends ImportResult>({
  warnings,
  ...printed
}: Result): PrintedResult<Result> {
  for (const { signatureId, field, problem } of warnings) {
    printNote(`Warning: wallet ${signatureId}: ${field === undefined ? "it" : `'${field}'`} ${problem}.`);
  }
  return printed;
}
