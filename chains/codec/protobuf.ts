/**
 * The part of the Protocol Buffers wire format that transactions of TRON and, in Amino, of the BNB Beacon Chain use:
 * https://protobuf.dev/programming-guides/encoding/
 */
import { concatBytes } from "@noble/hashes/utils.js";

const WIRE_VARINT = 0n;
const WIRE_LENGTH_DELIMITED = 2n;

/** A field that holds an unsigned integer, a boolean (1) or an enumeration. */
export function varintField(number: number, value: bigint): Uint8Array {
  return concatBytes(varint((BigInt(number) << 3n) | WIRE_VARINT), varint(value));
}

/** A field that holds bytes, text or an embedded message. */
export function bytesField(number: number, content: Uint8Array): Uint8Array {
  const tag = varint((BigInt(number) << 3n) | WIRE_LENGTH_DELIMITED);
  return concatBytes(tag, varint(BigInt(content.length)), content);
}

/** Base 128, the lowest seven bits first. */
export function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}
