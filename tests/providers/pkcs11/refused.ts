import { expect } from "bun:test";
import { TokenError } from "../../../providers/error.ts";

/** The error that some work with a token ends with. */
export async function refused(work: () => unknown): Promise<TokenError> {
  let outcome: unknown;
  try {
    outcome = await work();
  } catch (error) {
    expect(error).toBeInstanceOf(TokenError);
    return error as TokenError;
  }
  throw new Error(`Expected an error, got ${JSON.stringify(outcome)}`);
}
