/**
 * Cardano addresses of the Shelley and the Byron era (CIP-19), and the hashes of the payment keys that spend from them.
 * https://cips.cardano.org/cip/CIP-0019
 */

import { crc32 } from "node:zlib";
import { bytesToHex, concatBytes } from "@noble/curves/utils.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { base58, bech32 } from "@scure/base";
import * as v from "valibot";
import type { Network } from "../../chain.ts";
import { shown } from "../../codec/issue.ts";
import { ChainError } from "../../error.ts";
import { decodeCbor } from "./cbor.ts";

/** An address as the ledger holds it. */
export interface CardanoAddress {
  readonly bytes: Uint8Array;
  /** BLAKE2b-224 of the public key that spends from it, in hex; absent where a script or a Byron root decides. */
  readonly paymentKeyHash?: string;
}

const PREFIX = { mainnet: "addr", testnet: "addr_test" } as const;
/** The networks by their id in the header; no other ids are in use. */
const NETWORK_IDS: readonly (Network | undefined)[] = ["testnet", "mainnet"];
/** The longest address is one with a stake pointer of three 64-bit numbers. */
const MAX_TEXT_LENGTH = 128;

/** BLAKE2b-224 of a 32-byte public key. */
function keyHash(publicKey: Uint8Array): Uint8Array {
  return blake2b(publicKey, { dkLen: 28 });
}

export function keyHashText(publicKey: Uint8Array): string {
  return bytesToHex(keyHash(publicKey));
}

/** The enterprise address (type 6: payment part only) of a 32-byte public key. */
export function enterpriseAddress(publicKey: Uint8Array, network: Network): string {
  const header = Uint8Array.of(network === "mainnet" ? 0x61 : 0x60);
  return bech32.encodeFromBytes(PREFIX[network], concatBytes(header, keyHash(publicKey)));
}

/**
 * Reads an address that can hold coins: a Shelley address (types 0 to 7) or one of the Byron era.
 *
 * @throws ChainError `INVALID_TRANSACTION`, or `NETWORK_MISMATCH` for an address of another network.
 */
export function readAddress(text: string, network: Network): CardanoAddress {
  if (text.length > MAX_TEXT_LENGTH) throw notAnAddress(text.slice(0, MAX_TEXT_LENGTH));
  if (!text.startsWith("addr")) return { bytes: byronAddress(text, network) };
  const bytes = bech32Bytes(text);
  const [header = 0xff] = bytes;
  const type = header >> 4;
  if (!hasLengthOfType(type, bytes.length)) throw notAnAddress(text);
  const owner = NETWORK_IDS[header & 0x0f];
  if (owner === undefined) throw notAnAddress(text);
  if (owner !== network || !text.startsWith(`${PREFIX[network]}1`)) {
    throw new ChainError("NETWORK_MISMATCH", `The address ${text} is not one of the ${network}.`);
  }
  // Odd types are spent from by a script.
  return { bytes, ...(type % 2 === 0 && { paymentKeyHash: bytesToHex(bytes.subarray(1, 29)) }) };
}

function hasLengthOfType(type: number, length: number): boolean {
  if (type <= 3) return length === 57;
  if (type <= 5) return length >= 32 && length <= 59;
  return type <= 7 && length === 29;
}

function bech32Bytes(text: string): Uint8Array {
  try {
    return bech32.decodeToBytes(text, MAX_TEXT_LENGTH).bytes;
  } catch {
    throw notAnAddress(text);
  }
}

function notAnAddress(text: string): ChainError {
  return new ChainError("INVALID_TRANSACTION", `Not a Cardano address: ${shown(text)}.`);
}

/** `[24(bytes of the payload), CRC-32 of these bytes]` */
const addressEnvelope = v.strictTuple([v.instance(Uint8Array), v.number()]);
const addressAttributes = v.map(v.number(), v.unknown());
/** `[root, attributes, type]` */
const addressPayload = v.strictTuple([
  v.pipe(v.instance(Uint8Array), v.length(28)),
  addressAttributes,
  v.picklist([0, 1, 2]),
]);
/** The attribute that names a network other than the main one. */
const NETWORK_MAGIC = 2;

/**
 * The bytes of an address of the Byron era: base58 of CBOR with a checksum.
 *
 * @throws ChainError `INVALID_TRANSACTION`, or `NETWORK_MISMATCH` for an address of another network.
 */
function byronAddress(text: string, network: Network): Uint8Array {
  const { bytes, isTestnet } = readByron(text);
  if (isTestnet === (network === "testnet")) return bytes;
  throw new ChainError("NETWORK_MISMATCH", `The address ${text} is not one of the ${network}.`);
}

function readByron(text: string): { readonly bytes: Uint8Array; readonly isTestnet: boolean } {
  try {
    const bytes = base58.decode(text);
    const [content, checksum] = v.parse(addressEnvelope, decodeCbor(bytes));
    if (crc32(content) !== checksum) throw new RangeError("The checksum is wrong.");
    const [, members] = v.parse(addressPayload, decodeCbor(content));
    return { bytes, isTestnet: members.has(NETWORK_MAGIC) };
  } catch (cause) {
    throw new ChainError("INVALID_TRANSACTION", `Not a Cardano address: ${text}`, { cause });
  }
}
