import { KmsError } from "../errors.ts";

/**
 * A whole number someone typed.
 * @throws KmsError `USAGE`
 */
export function readWholeNumber(what: string, text: string, minimum: number, maximum: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new KmsError("USAGE", `The ${what} must be a whole number from ${minimum} to ${maximum}.`);
}

/** BIP-32 leaves 2^31 indexes to non-hardened keys. */
export function readDerivationIndex(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readWholeNumber("derivation index", text, 0, 2 ** 31 - 1);
}
