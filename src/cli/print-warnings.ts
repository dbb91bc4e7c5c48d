import type { ImportResult } from "../vault/import/import-wallets.ts";
import { printNote } from "./print.ts";

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
