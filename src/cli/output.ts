/**
 * Writes to standard output and standard error. All of a text is written before the call returns: ending the process
 * cuts nothing off, however slowly the other side reads.
 */
import { writeSync } from "node:fs";
import { KmsError } from "../errors.ts";

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

/** Writes something beside the result. When that fails there is nobody left to be told. */
export function writeError(text: string): void {
  try {
    writeWhole(STANDARD_ERROR, text);
  } catch {
    // See above.
  }
}
