/**
 * Cardano addresses of the Byron era: base58 of CBOR with a checksum ("Byron addresses" of CIP-19).
 * https://cips.cardano.org/cip/CIP-0019
 */

import { crc32 } from "node:zlib";
import { base58 } from "@scure/base";
import * as v from "valibot";
import type { Network } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { decodeCbor } from "./cbor.ts";

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
 * The bytes of an address.
 *
 * @throws ChainError `INVALID_TRANSACTION`, or `NETWORK_MISMATCH` for an address of another network.
 */
export function byronAddress(text: string, network: Network): Uint8Array {
  const { bytes, isTestnet } = read(text);
  if (isTestnet === (network === "testnet")) return bytes;
  throw new ChainError("NETWORK_MISMATCH", `The address ${text} is not one of the ${network}.`);
}

function read(text: string): { readonly bytes: Uint8Array; readonly isTestnet: boolean } {
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
