/**
 * The numbers of payloads and of answers, as schemas: amounts, fees, nonces, counts. A JSON number may have a point and an
 * exponent; it is read exactly, or refused with what it is.
 * 0x-hex numbers: https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import * as v from "valibot";
import { type Decimal, parseDecimal, toUnits } from "./decimal.ts";
import { JsonDecimal } from "./exact-json.ts";
import { shown } from "./issue.ts";

/** The largest value of an EVM word. */
export const MAX_UINT256 = 2n ** 256n - 1n;
export const MAX_UINT64 = 2n ** 64n - 1n;
/**
 * EIP-2681 allows nonces to 2^64 - 2, but no account can ever send 2^53 transactions, and other programs on the way
 * keep nonces in doubles.
 */
export const MAX_NONCE = BigInt(Number.MAX_SAFE_INTEGER);

// 80 digits hold any 256-bit number; much longer text is refused before it costs time.
const DECIMAL_TEXT = /^-?[0-9]{1,99}(?:\.[0-9]{0,99})?$/;
const WHOLE_TEXT = /^-?[0-9]{1,99}$/;
const HEX_QUANTITY = /^0x[0-9a-fA-F]{1,80}$/;

const isNumber = (value: unknown): value is number | bigint | JsonDecimal =>
  typeof value === "number" || typeof value === "bigint" || value instanceof JsonDecimal;

/**
 * Reads a JSON number, or decimal text such as `0.05`; text has no exponent.
 *
 * @returns `undefined` for everything else.
 */
export function readDecimal(value: unknown): Decimal | undefined {
  const isText = typeof value === "string" && DECIMAL_TEXT.test(value);
  return isNumber(value) || isText ? parseDecimal(String(value)) : undefined;
}

/**
 * Reads a JSON number that is whole, however it is written: `100`, `1e2`, `100.0`.
 *
 * @returns `undefined` for everything else.
 */
export function readWhole(value: unknown): bigint | undefined {
  const read = isNumber(value) ? readDecimal(value) : undefined;
  return read === undefined ? undefined : toUnits(read, 0);
}

/**
 * Reads a whole JSON number, or decimal text.
 *
 * @returns `undefined` for everything else.
 */
export function readWholeOrText(value: unknown): bigint | undefined {
  return typeof value === "string" && WHOLE_TEXT.test(value) ? BigInt(value) : readWhole(value);
}

function readQuantity(value: unknown): bigint | undefined {
  return typeof value === "string" && HEX_QUANTITY.test(value) ? BigInt(value) : readWholeOrText(value);
}

type Message = (issue: { readonly input: unknown }) => string;
const butIs =
  (wanted: string): Message =>
  ({ input }) =>
    `${wanted}, but is ${shown(input)}`;

const inRange = (min: bigint, max: bigint) =>
  v.pipe(
    v.bigint(),
    v.minValue(min, butIs(`must be at least ${min}`)),
    v.maxValue(max, butIs(`must be at most ${max}`)),
  );

const readWith = (read: (value: unknown) => bigint | undefined, wanted: string, min: bigint, max: bigint) =>
  v.pipe(
    v.unknown(),
    v.check((value) => read(value) !== undefined, butIs(wanted)),
    v.transform((value) => read(value) ?? 0n),
    inRange(min, max),
  );

/** A whole number in a payload, from `min` to `max`: a JSON number. */
export const wholeNumber = (max: bigint, min = 0n) => readWith(readWhole, "must be a JSON integer", min, max);

/** A whole number in a payload like {@link wholeNumber} that a double holds; `max` is 2^53 - 1 at most. */
export const smallNumber = (max: number, min = 0) =>
  v.pipe(wholeNumber(BigInt(max), BigInt(min)), v.transform(Number));

/** A whole number in a payload, from `min` to `max`: a JSON number or decimal text. */
export const wholeNumberOrText = (max: bigint, min = 0n) =>
  readWith(readWholeOrText, "must be a whole number: a JSON integer or decimal text", min, max);

/** A whole number in a payload, from `min` to `max`: a JSON number, decimal text or 0x-hex text. */
export const quantity = (max: bigint, min = 0n) =>
  readWith(readQuantity, "must be a whole number: a JSON integer, decimal text or 0x-hex text", min, max);

/**
 * An amount in a payload that is written in the whole coin, such as `0.05`: a JSON number or decimal text. The output is in
 * the smallest unit, 10^-`decimals` of the coin.
 */
export const coinAmount = (decimals: number, max: bigint, min = 0n) =>
  v.pipe(
    v.unknown(),
    v.check((value) => readDecimal(value) !== undefined, butIs("must be a JSON number or decimal text")),
    v.transform((value) => ({ value, read: readDecimal(value) ?? { coefficient: 0n, scale: 0 } })),
    v.check(
      ({ read }) => toUnits(read, decimals) !== undefined,
      ({ input }) => `has more than ${decimals} decimals: it is ${shown(input.value)}`,
    ),
    v.transform(({ read }) => toUnits(read, decimals) ?? 0n),
    inRange(min, max),
  );

/** A whole number in a REST answer: a JSON integer from 0 to `max`. */
export const jsonInteger = (max: bigint) =>
  v.pipe(
    v.union([v.pipe(v.number(), v.safeInteger()), v.bigint()], "must be a JSON integer"),
    v.transform((value) => BigInt(value)),
    v.minValue(0n, "must not be negative"),
    v.maxValue(max, `must not be above ${max}`),
  );

/** A `QUANTITY` of Ethereum's JSON-RPC: 0x-hex text, from 0 to `max`. Leading zeros are let pass. */
export const hexQuantity = (max: bigint) =>
  v.pipe(
    v.string("must be 0x-hex text"),
    v.regex(HEX_QUANTITY, "must be 0x-hex text"),
    v.transform((value) => BigInt(value)),
    v.maxValue(max, `must not be above ${max}`),
  );
