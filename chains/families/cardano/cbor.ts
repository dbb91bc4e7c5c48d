/**
 * Strict CBOR, as far as transactions and addresses of Cardano need it.
 * https://www.rfc-editor.org/rfc/rfc8949
 */

import { type DecodeOptions, decode, decodeFirst } from "cborg";

/**
 * Integers in their shortest form, lengths known, no key of a map twice (section 4.2.1, but for the order of keys, which
 * the ledger does not prescribe). A set of the Conway era (tag 258) is read as an array, encoded CBOR (tag 24) as bytes.
 */
const STRICT: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  tags: { 24: (content) => content(), 258: (content) => content() },
};

/** Reads one value that takes all the bytes. @throws Error when they are anything else. */
export function decodeCbor(bytes: Uint8Array): unknown {
  return decode(bytes, STRICT);
}

/** A value and the bytes it was read from. */
export interface CborItem {
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

/** Reads the first value and leaves what is behind it. @throws Error when there is none. */
export function decodeFirstCbor(bytes: Uint8Array): CborItem {
  const [value, behind]: readonly [unknown, Uint8Array] = decodeFirst(bytes, STRICT);
  return { value, bytes: bytes.subarray(0, bytes.length - behind.length) };
}

/**
 * Reads so many values one behind another that together take all the bytes.
 *
 * @throws Error when there are more, fewer or malformed ones.
 */
export function decodeCborSequence(bytes: Uint8Array, count: number): readonly CborItem[] {
  const items: CborItem[] = [];
  let rest = bytes;
  while (items.length < count) {
    const item = decodeFirstCbor(rest);
    items.push(item);
    rest = rest.subarray(item.bytes.length);
  }
  if (rest.length > 0) throw new RangeError("There are bytes behind the last value.");
  return items;
}
