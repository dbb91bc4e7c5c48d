/**
 * What a failed command leaves behind: an exit status of sysexits.h, and on standard error one line of JSON, or for a person a text
 * of the same.
 */
import { ChainError, sentence } from "../../chains/error.ts";
import { type ErrorCode, exitStatus, KmsError } from "../errors.ts";
import { explainProviderFailure } from "../failures.ts";
import { oneLine } from "../operations/log.ts";
import { OutputClosed } from "./output.ts";
import { type Paint, wrapWords } from "./terminal/text-layout.ts";

/** What is told of an error; `error` is the member that scripts of the original read. */
interface ToldError {
  readonly error: string;
  readonly code: ErrorCode;
  readonly hint?: string;
}

interface Report {
  /** Absent when nobody wants to know. */
  readonly told?: ToldError;
  /** {@link told} in one line of JSON. */
  readonly line?: string;
  readonly status: number;
}

function reportOf(told: ToldError, status: number): Report {
  return { told, line: JSON.stringify(told), status };
}

function asKmsError(failure: unknown): KmsError | undefined {
  const error = explainProviderFailure(failure);
  if (error instanceof KmsError) return error;
  return error instanceof ChainError ? new KmsError("INVALID_INPUT", error.message) : undefined;
}

/**
 * What is told of an error that nobody foresaw. The messages of most could quote what was being worked on; those of
 * the runtime's own type errors and of system calls do not.
 */
function describeUnforeseen(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown failure";
  const isHarmless = error instanceof TypeError || error instanceof ReferenceError || "syscall" in error;
  return isHarmless ? `${error.name}: ${error.message}` : error.name;
}

/** What to print and with which status to exit when an error ends a command. */
export function describeError(error: unknown): Report {
  if (error instanceof OutputClosed) return { status: exitStatus.ioError };
  const known = asKmsError(error);
  if (known === undefined) {
    const told: ToldError = {
      error: sentence(`Internal error: ${describeUnforeseen(error)}`),
      code: "INTERNAL",
      hint: "This is a mistake in the program. Please report it with the command you ran.",
    };
    return reportOf(told, exitStatus.software);
  }
  const { message, code, hint } = known;
  return reportOf({ error: sentence(message), code, ...(hint !== undefined && { hint }) }, known.exitStatus);
}

/** How the text of an error is laid out. */
export interface ErrorLayout {
  readonly columns: number;
  readonly paint: Paint;
  /** What an error begins with, such as `\u2717`. */
  readonly mark: string;
}

/** An error as a person reads it: what happened with its code, and below it what to do. */
export function errorText({ error, code, hint }: ToldError, { columns, paint, mark }: ErrorLayout): string {
  const [first = "", ...rest] = wrapWords(`${oneLine(error)} (${code})`, columns - mark.length - 1);
  const indent = " ".repeat(mark.length + 1);
  const advice = hint === undefined ? [] : wrapWords(oneLine(hint), columns - indent.length);
  return [`${paint("red", mark)} ${first}`, ...[...rest, ...advice].map((line) => indent + line), ""].join(
    "\n",
  );
}
