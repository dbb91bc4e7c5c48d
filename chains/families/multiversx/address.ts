/**
 * MultiversX accounts: their addresses, public keys in Bech32 (BIP-173), and their derivation paths (SLIP-0010, coin types of
 * SLIP-0044).
 * https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import { bech32 } from "@scure/base";
import * as v from "valibot";
import type { Network } from "../../chain.ts";

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

/** 508 on mainnet; on test networks 1, unlike other wallets, which have 508 everywhere. */
const COIN_TYPES: Readonly<Record<Network, number>> = { mainnet: 508, testnet: 1 };

/** The path of the account at an index. */
export function accountPath(network: Network, index: number): string {
  return `m/44'/${COIN_TYPES[network]}'/0'/0'/${index}'`;
}
