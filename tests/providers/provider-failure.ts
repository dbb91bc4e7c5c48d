import { expect } from "bun:test";
import { inspect } from "node:util";
import { ProviderError } from "../../providers/error.ts";

/** Every form in which a text could slip into another one. */
function formsOf(canary: string): string[] {
  const bytes = Buffer.from(canary);
  return [
    canary,
    encodeURIComponent(canary),
    JSON.stringify(canary).slice(1, -1),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
  ];
}

/** Makes sure that nobody who reads this text learns one of the canaries. */
export function expectNoCanary(text: string, canaries: readonly string[]): void {
  for (const form of canaries.flatMap(formsOf)) expect(text).not.toContain(form);
}

/** The error that some work ends with, which has to be a provider's and to show none of the canaries. */
export async function failureOf(
  work: (() => unknown) | Promise<unknown>,
  canaries: readonly string[],
): Promise<ProviderError> {
  let outcome: unknown;
  try {
    outcome = await (typeof work === "function" ? work() : work);
  } catch (error) {
    expect(error).toBeInstanceOf(ProviderError);
    expectNoCanary(inspect(error, { depth: 9, showHidden: true }), canaries);
    return error as ProviderError;
  }
  throw new Error(`Expected an error, got ${String(outcome)}`);
}
