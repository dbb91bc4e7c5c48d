import { expect } from "bun:test";
import { KmsError } from "../../../src/errors.ts";

/** The error that some work ends with, which has to be one for the user. */
export async function caught(work: () => unknown): Promise<KmsError> {
  let outcome: unknown;
  try {
    outcome = await work();
  } catch (error) {
    expect(error).toBeInstanceOf(KmsError);
    return error as KmsError;
  }
  throw new Error(`Expected an error, got ${String(outcome)}`);
}
