/** What a failed command leaves behind: one line of JSON on standard error, and an exit status of sysexits.h. */
import { ChainError, sentence } from "../../chains/error.ts";
import { exitStatus, KmsError } from "../errors.ts";
import { explainProviderFailure } from "../failures.ts";
import { OutputClosed } from "./output.ts";

interface Report {
  /** One line of JSON; `error` is the member that scripts of the original read. Absent when nobody wants to know. */
  readonly line?: string;
  readonly status: number;
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
    const line = JSON.stringify({
      error: sentence(`Internal error: ${describeUnforeseen(error)}`),
      code: "INTERNAL",
      hint: "This is a mistake in the program. Please report it with the command you ran.",
    });
    return { line, status: exitStatus.software };
  }
  const { message, code, hint } = known;
  return {
    line: JSON.stringify({ error: sentence(message), code, ...(hint !== undefined && { hint }) }),
    status: known.exitStatus,
  };
}
