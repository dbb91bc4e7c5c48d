/** The values of a transaction object of algosdk that was turned into JSON: integers, flags, text, bytes, addresses. */

import { equalBytes } from "@noble/curves/utils.js";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { wrongMember } from "../../codec/issue.ts";
import { readWhole } from "../../codec/quantity.ts";
import { addressChecksum, publicKeyOfAddress } from "./address.ts";

/** Why a member cannot be read, beginning with its name. */
export class MemberError extends Error {
  override readonly name = "MemberError";
}

/** @throws MemberError for anything but a whole JSON number from 0 to `largest`. */
export function readInteger(json: JsonValue, largest: bigint, member: string): bigint {
  const value = readWhole(json) ?? -1n;
  if (value >= 0n && value <= largest) return value;
  throw new MemberError(wrongMember(member, `must be a JSON integer from 0 to ${largest}`, json));
}

/** @throws MemberError for anything but `true` and `false`. */
export function readFlag(json: JsonValue, member: string): boolean {
  if (typeof json === "boolean") return json;
  throw new MemberError(wrongMember(member, "must be true or false", json));
}

/** @throws MemberError for anything but text of at most so many bytes in UTF-8. */
export function readText(json: JsonValue, maximumBytes: number, member: string): string {
  if (typeof json === "string" && Buffer.byteLength(json) <= maximumBytes) return json;
  throw new MemberError(wrongMember(member, `must be text of at most ${maximumBytes} bytes`, json));
}

/**
 * Bytes as `{"0":1,"1":2}` (a Uint8Array turned into JSON), `{"type":"Buffer","data":[1,2]}` or `[1,2]`.
 *
 * @throws MemberError for anything else and for more than `maximum` bytes.
 */
export function readBytes(json: JsonValue, maximum: number, member: string): Uint8Array {
  const numbers = byteNumbers(json);
  const isBytes = numbers?.every((n) => typeof n === "number" && Number.isInteger(n) && n >= 0 && n < 256);
  if (numbers === undefined || !isBytes) throw new MemberError(wrongMember(member, "must be bytes", json));
  if (numbers.length > maximum)
    throw new MemberError(`${member} must have at most ${maximum} bytes, but has ${numbers.length}`);
  return Uint8Array.from(numbers as readonly number[]);
}

function byteNumbers(json: JsonValue): readonly JsonValue[] | undefined {
  if (Array.isArray(json)) return json;
  if (!isJsonObject(json)) return undefined;
  if (json["type"] === "Buffer") return Array.isArray(json["data"]) ? json["data"] : undefined;
  const isSequence = Object.keys(json).every((key, position) => key === String(position));
  return isSequence ? Object.values(json) : undefined;
}

/**
 * The public key of an address, written as `{"publicKey":..,"checksum":..}` or in its 58 characters.
 *
 * @throws MemberError for anything else and for a wrong checksum.
 */
export function readAddress(json: JsonValue, member: string): Uint8Array {
  const publicKey = typeof json === "string" ? publicKeyOfAddress(json) : keyWithChecksum(json, member);
  if (publicKey !== undefined) return publicKey;
  throw new MemberError(wrongMember(member, "must be an address with its checksum", json));
}

function keyWithChecksum(json: JsonValue, member: string): Uint8Array | undefined {
  if (!isJsonObject(json)) throw new MemberError(wrongMember(member, "must be an address", json));
  const publicKey = readBytes(json["publicKey"] ?? null, 32, `${member}.publicKey`);
  if (publicKey.length !== 32)
    throw new MemberError(`${member}.publicKey must have 32 bytes, but has ${publicKey.length}`);
  const checksum = readBytes(json["checksum"] ?? null, 4, `${member}.checksum`);
  return equalBytes(checksum, addressChecksum(publicKey)) ? publicKey : undefined;
}
