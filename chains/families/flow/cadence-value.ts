/**
 * Arguments of transactions in the JSON-Cadence data interchange format, and Cadence's fixed-point numbers in them.
 * https://cadence-lang.org/docs/json-cadence-spec
 * https://cadence-lang.org/docs/language/values-and-types/fixed-point-nums-ints
 */

import { toUnits } from "../../codec/decimal.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { shown } from "../../codec/issue.ts";
import { readDecimal, readWholeOrText } from "../../codec/quantity.ts";

/** Fixed-point numbers are integers in units of 10^-8. */
const DECIMALS = 8;

/** The largest `UFix64`. */
export const MAX_UFIX64 = 2n ** 64n - 1n;
/** The largest `Fix64`. */
const MAX_FIX64 = 2n ** 63n - 1n;

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

/** A value of a Cadence type. */
export interface CadenceValue {
  readonly type: string;
  readonly value: string | boolean | null | CadenceValue | readonly CadenceValue[];
}

/** An argument as the payload of a pending transaction writes it. */
export interface CadenceArgument {
  readonly type: string;
  readonly value: JsonValue;
  /** The type of the elements of an `Array`, or of what is in an `Optional`. */
  readonly subType?: string;
}

/** Bits of the integer types; `Int` and `UInt` have no bound. */
const INTEGER = /^(U?Int|Word)(8|16|32|64|128|256)?$/;
/** As many as the largest integer with a bound has, and then some. */
const MAX_INTEGER = 10n ** 100n;

/** Reads an argument; the reason when it is not a value of its type. */
export function cadenceValue({ type, value, subType }: CadenceArgument): CadenceValue | string {
  if (type === "Array") {
    if (!Array.isArray(value)) return "the value of an Array must be a list";
    return arrayOf(value, subType);
  }
  if (type === "Optional") {
    if (value === null) return { type, value: null };
    const inner = simpleValue(subType ?? "", value);
    return typeof inner === "string" ? inner : { type, value: inner };
  }
  return simpleValue(type, value);
}

function arrayOf(elements: readonly JsonValue[], subType: string | undefined): CadenceValue | string {
  if (subType === undefined) return "an Array needs the subType of its elements";
  const values: CadenceValue[] = [];
  for (const element of elements) {
    const read = simpleValue(subType, element);
    if (typeof read === "string") return read;
    values.push(read);
  }
  return { type: "Array", value: values };
}

function simpleValue(type: string, value: JsonValue): CadenceValue | string {
  const integer = INTEGER.exec(type);
  if (integer !== null) return integerValue(type, value, integer[1] === "Int", integer[2]);
  switch (type) {
    case "UFix64":
      return fixedPointValue(type, value, 0n, MAX_UFIX64);
    case "Fix64":
      return fixedPointValue(type, value, -MAX_FIX64 - 1n, MAX_FIX64);
    case "String":
    case "Character":
      return typeof value === "string" && value.isWellFormed() ? { type, value } : `${type} must be text`;
    case "Bool":
      return typeof value === "boolean" ? { type, value } : "Bool must be true or false";
    case "Address":
      return typeof value === "string" && /^0x[0-9a-fA-F]{16}$/.test(value)
        ? { type, value }
        : "Address must be 0x and 16 hex digits";
    default:
      return type === "" ? "the type of the value is missing" : `the type ${shown(type)} is not supported`;
  }
}

function integerValue(
  type: string,
  value: JsonValue,
  isSigned: boolean,
  bits: string | undefined,
): CadenceValue | string {
  const integer = readWholeOrText(value);
  if (integer === undefined) {
    return `${type} must be a whole number: a JSON integer or decimal text, but is ${shown(value)}`;
  }
  return isInRange(integer, isSigned, bits)
    ? { type, value: integer.toString() }
    : `${integer} is not in the range of ${type}`;
}

function isInRange(integer: bigint, isSigned: boolean, bits: string | undefined): boolean {
  if (!isSigned && integer < 0n) return false;
  if (bits === undefined) return integer < MAX_INTEGER && integer > -MAX_INTEGER;
  const limit = 2n ** BigInt(isSigned ? Number(bits) - 1 : Number(bits));
  return integer < limit && integer >= -limit;
}

function fixedPointValue(type: string, value: JsonValue, min: bigint, max: bigint): CadenceValue | string {
  const read = readFixedPoint(value);
  if (read === undefined) return `${type} must be a JSON number or decimal text, but is ${shown(value)}`;
  if (!read.isExact) return `${shown(value)} has more than 8 decimals`;
  if (read.units < min || read.units > max) return `${shown(value)} is not in the range of ${type}`;
  return { type, value: fixedPointText(read.units) };
}
