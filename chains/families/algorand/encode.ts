/**
 * The canonical MessagePack of Algorand: the shortest form of every value, the members of maps in order.
 * https://github.com/algorandfoundation/specs/blob/master/src/crypto/crypto-msgpack.md
 * https://github.com/msgpack/msgpack/blob/master/spec.md
 */

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

export type PackedValue = bigint | boolean | string | Uint8Array | PackedMap;
export interface PackedMap {
  readonly [member: string]: PackedValue;
}

/**
 * Encodes a value; integers are unsigned and have at most 64 bits.
 *
 * Members whose value is zero, false or empty are the same as absent ones and left out. So are fixed-size byte arrays of
 * zeros (an address, for example), which the caller leaves out, because bytes of any size may be zeros.
 */
export function encodeCanonical(value: PackedValue): Uint8Array {
  if (typeof value === "bigint") return encodeInteger(value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xc3 : 0xc2);
  if (typeof value === "string") {
    const text = utf8ToBytes(value);
    const head = text.length < 32 ? Uint8Array.of(0xa0 | text.length) : sizeHead(0xd9, text.length);
    return concatBytes(head, text);
  }
  if (value instanceof Uint8Array) return concatBytes(sizeHead(0xc4, value.length), value);
  return encodeMap(value);
}

function encodeMap(map: PackedMap): Uint8Array {
  const members = Object.entries(map)
    .filter(([, value]) => !isEmpty(value))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const head =
    members.length < 16 ? Uint8Array.of(0x80 | members.length) : bigEndian(0xde, members.length, 2);
  return concatBytes(
    head,
    ...members.flatMap(([member, value]) => [encodeCanonical(member), encodeCanonical(value)]),
  );
}

function isEmpty(value: PackedValue): boolean {
  if (typeof value === "bigint") return value === 0n;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string" || value instanceof Uint8Array) return value.length === 0;
  return Object.values(value).every(isEmpty);
}

function encodeInteger(value: bigint): Uint8Array {
  if (value < 0x80n) return Uint8Array.of(Number(value));
  if (value < 2n ** 8n) return bigEndian(0xcc, value, 1);
  if (value < 2n ** 16n) return bigEndian(0xcd, value, 2);
  if (value < 2n ** 32n) return bigEndian(0xce, value, 4);
  return bigEndian(0xcf, value, 8);
}

/** The head of text or bytes, whose types for 8, 16 and 32 bits of size follow each other. */
function sizeHead(type: number, size: number): Uint8Array {
  if (size < 2 ** 8) return bigEndian(type, size, 1);
  return size < 2 ** 16 ? bigEndian(type + 1, size, 2) : bigEndian(type + 2, size, 4);
}

function bigEndian(type: number, value: number | bigint, bytes: number): Uint8Array {
  const digits = BigInt(value)
    .toString(16)
    .padStart(2 * bytes, "0");
  return Uint8Array.fromHex(type.toString(16) + digits);
}
