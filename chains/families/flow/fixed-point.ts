/**
 * Cadence's fixed-point numbers: integers in units of 10^-8.
 * https://cadence-lang.org/docs/language/values-and-types/fixed-point-nums-ints
 */

import { toUnits } from "../../codec/decimal.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { readDecimal } from "../../codec/quantity.ts";

const DECIMALS = 8;

/** The largest `UFix64`. */
export const MAX_UFIX64 = 2n ** 64n - 1n;
/** The largest `Fix64`. */
export const MAX_FIX64 = 2n ** 63n - 1n;

interface FixedPoint {
  /** In units of 10^-8, rounded half away from zero. */
  readonly units: bigint;
  /** Whether nothing was lost by rounding. */
  readonly isExact: boolean;
}

/** Reads a JSON number or decimal text; `undefined` for everything else. */
export function readFixedPoint(value: JsonValue): FixedPoint | undefined {
  const read = readDecimal(value);
  if (read === undefined) return undefined;
  const units = toUnits(read, DECIMALS);
  if (units !== undefined) return { units, isExact: true };
  // Half a unit more, and the rest cut off.
  const { coefficient, scale } = read;
  const divisor = 10n ** BigInt(scale - DECIMALS);
  const half = coefficient < 0n ? -divisor / 2n : divisor / 2n;
  return { units: (coefficient + half) / divisor, isExact: false };
}

/** The number with exactly eight decimals, as arguments carry it. */
export function fixedPointText(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DECIMALS + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}
