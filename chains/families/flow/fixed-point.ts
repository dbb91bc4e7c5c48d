/** Cadence's fixed-point numbers: integers in units of 10^-8. */

const DECIMALS = 8;

/** The largest `UFix64`. */
export const MAX_UFIX64 = 2n ** 64n - 1n;
/** The largest `Fix64`. */
export const MAX_FIX64 = 2n ** 63n - 1n;

/** A decimal number of at most 20 digits before the point; `-` only where the type has a sign. */
const DECIMAL = /^-?\d{1,20}(?:\.\d{1,80})?$/;

interface FixedPoint {
  /** In units of 10^-8, rounded half away from zero. */
  readonly units: bigint;
  /** Whether nothing was lost by rounding. */
  readonly isExact: boolean;
}

/** Reads a decimal number; `undefined` when the text is none. */
export function parseFixedPoint(text: string): FixedPoint | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const rest = fraction.slice(DECIMALS);
  const kept = BigInt(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, "0"));
  const magnitude = /^[5-9]/.test(rest) ? kept + 1n : kept;
  return { units: text.startsWith("-") ? -magnitude : magnitude, isExact: /^0*$/.test(rest) };
}

/** The number with exactly eight decimals, as arguments carry it. */
export function fixedPointText(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DECIMALS + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}
