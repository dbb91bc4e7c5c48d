import { expect } from "bun:test";
import { inspect } from "node:util";
import { ProviderError } from "../../providers/provider-error.ts";

/** The error of an attempt that has to fail; nothing of it, not even its cause, may hold one of the canaries. */
export async function failureOf(
  attempt: Promise<unknown>,
  canaries: readonly string[],
): Promise<ProviderError> {
  const failure = await attempt.then(
    () => new Error("There was an answer."),
    (error: unknown) => error,
  );
  if (!(failure instanceof ProviderError)) throw failure;
  const everything = inspect(failure, { depth: 10, showHidden: true });
  for (const canary of canaries) expect(everything).not.toContain(canary);
  return failure;
}
