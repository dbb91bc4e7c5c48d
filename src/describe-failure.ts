import { ChainError, sentence } from "../chains/error.ts";
import { KmsError } from "./errors.ts";

const MAXIMUM_LENGTH = 2000;

/** What to log about a failure, as a sentence: the message of a foreseen one, where it happened of a mistake of this program. */
export function describeFailure(failure: unknown): string {
  if (failure instanceof KmsError || failure instanceof ChainError) return sentence(failure.message);
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return `a mistake of this program: ${text.slice(0, MAXIMUM_LENGTH)}`;
}
