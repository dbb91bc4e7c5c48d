/**
 * JSON without lost digits (RFC 8259 allows any number; a double holds 53 bits of an integer).
 *
 * Integers that a double cannot hold become `bigint`; everything else is what `JSON.parse` gives. Fractions stay
 * numbers: no amount in this program is read from one.
 */

/** A value read from JSON text. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

const INTEGER = /^-?\d+$/;
/** Longer than any number means something; reading millions of digits takes many seconds. */
const MAXIMUM_DIGITS = 1_000;

interface ReviverContext {
  readonly source?: string;
}

/**
 * Parses JSON text, keeping every digit of every integer. One of more than 1,000 characters becomes an infinity, as it is
 * for `JSON.parse`.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): JsonValue {
  const exactInteger = (_member: string, value: unknown, context?: ReviverContext): unknown => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const digits = context?.source ?? "";
    return digits.length <= MAXIMUM_DIGITS && INTEGER.test(digits) ? BigInt(digits) : value;
  };
  return JSON.parse(text, exactInteger) as JsonValue;
}

/** JSON has no other text for these than the plain digits; see the raw JSON text proposal of ECMAScript. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** Writes JSON text; a `bigint` becomes a plain integer. The counterpart of {@link parseExactJson}. */
export function stringifyExactJson(value: unknown, indent?: number): string {
  const exactInteger = (_member: string, member: unknown): unknown =>
    typeof member === "bigint" ? rawJson(member.toString()) : member;
  return JSON.stringify(value, exactInteger, indent);
}
