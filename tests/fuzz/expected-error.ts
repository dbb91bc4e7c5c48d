import { ChainError } from "../../chains/error.ts";
import { ProviderError } from "../../providers/error.ts";
import { KmsError } from "../../src/errors.ts";

/**
 * The code of an error that the program gives on purpose.
 * @throws unknown what it got, when it is any other error
 */
export function expectedCode(failure: unknown): string {
  if (failure instanceof ChainError || failure instanceof ProviderError) return failure.code;
  if (failure instanceof KmsError && failure.code !== "INTERNAL") return failure.code;
  throw failure;
}
