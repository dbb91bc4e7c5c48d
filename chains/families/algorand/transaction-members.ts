/**
 * The members of Algorand transactions by type: their names in JSON and in the encoding, and how their values are read.
 * https://dev.algorand.co/concepts/transactions/reference/
 */

import { equalBytes } from "@noble/curves/utils.js";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { wrongMember } from "../../codec/issue.ts";
import { readWhole } from "../../codec/quantity.ts";
import { addressChecksum, publicKeyOfAddress } from "./address.ts";
import type { PackedValue } from "./encode.ts";

/** Why a member cannot be read, beginning with its name. */
export class MemberError extends Error {
  override readonly name = "MemberError";
}

/** @throws MemberError for anything but a whole JSON number from 0 to `largest`. */
function readInteger(json: JsonValue, largest: bigint, member: string): bigint {
  const value = readWhole(json) ?? -1n;
  if (value >= 0n && value <= largest) return value;
  throw new MemberError(wrongMember(member, `must be a JSON integer from 0 to ${largest}`, json));
}

/** @throws MemberError for anything but `true` and `false`. */
function readFlag(json: JsonValue, member: string): boolean {
  if (typeof json === "boolean") return json;
  throw new MemberError(wrongMember(member, "must be true or false", json));
}

/** @throws MemberError for anything but text of at most so many bytes in UTF-8. */
function readText(json: JsonValue, maximumBytes: number, member: string): string {
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
function readAddress(json: JsonValue, member: string): Uint8Array {
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

/** A member of a transaction. */
interface Member {
  /** Its name in the JSON, which is that of algosdk. */
  readonly name: string;
  /** Its name in the encoded transaction. */
  readonly packed: string;
  /** Its value; `undefined` for one that the canonical encoding leaves out. */
  readonly read: Reader;
  readonly required: boolean;
}

type Reader = (json: JsonValue, name: string) => PackedValue | undefined;

const required = (name: string, packed: string, read: Reader): Member => ({
  name,
  packed,
  read,
  required: true,
});
const optional = (name: string, packed: string, read: Reader): Member => ({
  name,
  packed,
  read,
  required: false,
});

const integer =
  (largest: bigint): Reader =>
  (json, name) =>
    readInteger(json, largest, name);
const uint64 = integer(2n ** 64n - 1n);

const text =
  (maximumBytes: number): Reader =>
  (json, name) =>
    readText(json, maximumBytes, name);

const bytes =
  (maximum: number): Reader =>
  (json, name) =>
    readBytes(json, maximum, name);

/** 32 bytes, or none. */
const hash: Reader = (json, name) => {
  const value = readBytes(json, 32, name);
  if (value.length % 32 !== 0) throw new MemberError(`${name} must have 32 bytes`);
  return unlessZeros(value);
};

const address: Reader = (json, name) => unlessZeros(readAddress(json, name));

function unlessZeros(value: Uint8Array): Uint8Array | undefined {
  return value.some((byte) => byte !== 0) ? value : undefined;
}

/** What every transaction has, besides its type. */
export const COMMON_MEMBERS: readonly Member[] = [
  required("from", "snd", address),
  required("fee", "fee", uint64),
  required("firstRound", "fv", uint64),
  required("lastRound", "lv", uint64),
  required("genesisHash", "gh", hash),
  optional("genesisID", "gen", text(32)),
  optional("note", "note", bytes(1024)),
  optional("lease", "lx", hash),
  optional("group", "grp", hash),
  optional("reKeyTo", "rekey", address),
];

/** What a transaction of a type has besides; the types that this program signs. */
export const TYPE_MEMBERS: ReadonlyMap<string, readonly Member[]> = new Map([
  [
    "pay",
    [
      required("to", "rcv", address),
      required("amount", "amt", uint64),
      optional("closeRemainderTo", "close", address),
    ],
  ],
  [
    "axfer",
    [
      required("assetIndex", "xaid", uint64),
      required("to", "arcv", address),
      required("amount", "aamt", uint64),
      optional("closeRemainderTo", "aclose", address),
      optional("assetRevocationTarget", "asnd", address),
    ],
  ],
  ["acfg", [optional("assetIndex", "caid", uint64)]],
  [
    "afrz",
    [
      required("assetIndex", "faid", uint64),
      required("freezeAccount", "fadd", address),
      required("freezeState", "afrz", readFlag),
    ],
  ],
]);

/** The parameters of an asset, which `acfg` has in a map of their own. */
export const ASSET_PARAMETERS: readonly Member[] = [
  optional("assetTotal", "t", uint64),
  optional("assetDecimals", "dc", integer(19n)),
  optional("assetDefaultFrozen", "df", readFlag),
  optional("assetUnitName", "un", text(8)),
  optional("assetName", "an", text(32)),
  optional("assetURL", "au", text(96)),
  optional("assetMetadataHash", "am", hash),
  optional("assetManager", "m", address),
  optional("assetReserve", "r", address),
  optional("assetFreeze", "f", address),
  optional("assetClawback", "c", address),
];
