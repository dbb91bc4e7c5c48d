import * as v from "valibot";

/** An amount in a payload: a JSON integer of satoshi, read with `parseExactJson`; 0 to `maximum`. */
export function satoshiSchema(maximum: bigint) {
  return v.pipe(
    v.union([v.pipe(v.number(), v.safeInteger()), v.bigint()]),
    v.transform((amount) => BigInt(amount)),
    v.minValue(0n),
    v.maxValue(maximum),
  );
}
