/**
 * MultiversX addresses: public keys in Bech32 (BIP-173).
 * https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */

import { bech32 } from "@scure/base";
import * as v from "valibot";

const PREFIX = "erd";
const PUBLIC_KEY_BYTES = 32;
/** Addresses of smart contracts begin with so many zero bytes. */
const CONTRACT_ZERO_BYTES = 8;

/** The address (`erd1...`) of a 32-byte public key. */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  return bech32.encode(PREFIX, bech32.toWords(publicKey));
}

/** The 32 bytes behind an address; `undefined` when the text is none. */
export function publicKeyOfAddress(address: string): Uint8Array | undefined {
  const decoded = bech32.decodeUnsafe(address);
  if (decoded?.prefix !== PREFIX) return undefined;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  return bytes?.length === PUBLIC_KEY_BYTES ? bytes : undefined;
}

export function isContract(address: string): boolean {
  return (
    publicKeyOfAddress(address)
      ?.subarray(0, CONTRACT_ZERO_BYTES)
      .every((byte) => byte === 0) ?? false
  );
}

/** An address in a payload; the output is in lower case. */
export const addressText = v.pipe(
  v.string("must be an address"),
  v.check(
    (text) => publicKeyOfAddress(text) !== undefined,
    "must be an address: Bech32 text (erd1...) with a right checksum",
  ),
  v.toLowerCase(),
);
