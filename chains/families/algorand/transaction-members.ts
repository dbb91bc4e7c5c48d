/**
 * The members of Algorand transactions by type: their names in JSON and in the encoding, and their values.
 * https://dev.algorand.co/concepts/transactions/reference/
 */

import type { JsonValue } from "../../codec/exact-json.ts";
import type { PackedValue } from "./encode.ts";
import { MemberError, readAddress, readBytes, readFlag, readInteger, readText } from "./json-values.ts";

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
