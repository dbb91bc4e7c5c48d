import { type ErrorCode, KmsError } from "./errors.ts";

/** The `code` of an error of node:fs, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** An error of node:fs as one of this program; any other error stays what it is. */
export function explainFileError(code: ErrorCode, what: string, error: unknown): unknown {
  const systemCode = systemErrorCode(error);
  return systemCode === undefined ? error : new KmsError(code, `${what} (${systemCode}).`, { cause: error });
}
