/**
 * Decimal numbers without lost digits, as callers write amounts: `0.05`, `1e-7`, `100`. No arithmetic is done on them but
 * the shift to a smallest unit.
 */

/** The number `coefficient` / 10^`scale`. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

/** More than any number that means something needs; longer text is refused before it costs time. */
const MAX_CHARACTERS = 1_000;
const MAX_EXPONENT = 1_000;
const DECIMAL = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/**
 * Reads decimal text, with or without a point and an exponent. The same number has the same parts however it is written.
 *
 * @returns `undefined` when the text is no number, or one of more than a thousand digits.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = text.length > MAX_CHARACTERS ? null : DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;

  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return { coefficient: 0n, scale: 0 };
  const scale = fraction.length - exponent - (digits.length - significant.length);
  return { coefficient: BigInt(sign + significant), scale };
}

/**
 * The number in units of 10^-`decimals`.
 *
 * @returns `undefined` when it is not a whole number of them.
 */
export function toUnits({ coefficient, scale }: Decimal, decimals: number): bigint | undefined {
  return scale > decimals ? undefined : coefficient * 10n ** BigInt(decimals - scale);
}

/** The number as text without an exponent: `0.0000001`. */
export function decimalText({ coefficient, scale }: Decimal): string {
  if (scale <= 0) return String(coefficient * 10n ** BigInt(-scale));
  const digits = String(coefficient < 0n ? -coefficient : coefficient).padStart(scale + 1, "0");
  return `${coefficient < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
