import * as v from "valibot";

/** The largest value of an EVM word. */
export const MAX_UINT256 = 2n ** 256n - 1n;
export const MAX_UINT64 = 2n ** 64n - 1n;
/**
 * EIP-2681 allows nonces to 2^64 - 2, but no account can ever send 2^53 transactions, and other programs on the way
 * keep nonces in doubles.
 */
export const MAX_NONCE = BigInt(Number.MAX_SAFE_INTEGER);

// 80 digits hold any 256-bit number; longer text is refused before it costs time.
const QUANTITY_TEXT = /^(?:[0-9]{1,80}|0x[0-9a-fA-F]{1,80})$/;
const HEX_QUANTITY = /^0x[0-9a-fA-F]{1,80}$/;

const isQuantity = (value: string | number | bigint): boolean =>
  typeof value === "string"
    ? QUANTITY_TEXT.test(value)
    : typeof value === "bigint" || Number.isSafeInteger(value);

/** A whole number in a payload: a JSON integer, decimal text or 0x-hex text, from 0 to `max`. */
export const quantity = (max: bigint) =>
  v.pipe(
    v.union([v.string(), v.number(), v.bigint()], "must be a whole number"),
    v.check(isQuantity, "must be a whole number: a JSON integer, decimal text or 0x-hex text"),
    v.transform((value) => BigInt(value)),
    v.minValue(0n, "must not be negative"),
    v.maxValue(max, `must not be above ${max}`),
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
