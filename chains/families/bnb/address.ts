/**
 * Addresses of the BNB Beacon Chain: the hash of a secp256k1 public key in Bech32 (BIP-173).
 * https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */

import { bytesToHex, equalBytes } from "@noble/curves/utils.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import type { Network } from "../../chain.ts";

const PREFIX = { mainnet: "bnb", testnet: "tbnb" } as const;

/** The 20 bytes that stand for an account: RIPEMD-160 of SHA-256 of the 33-byte public key. */
function accountBytes(publicKey: Uint8Array): Uint8Array {
  return ripemd160(sha256(publicKey));
}

/** The account of a public key without its network, as the journal names it: 20 bytes in hex. */
export function accountId(publicKey: Uint8Array): string {
  return bytesToHex(accountBytes(publicKey));
}

/** The bech32 address of a 33-byte public key. */
export function addressOfPublicKey(publicKey: Uint8Array, network: Network): string {
  return bech32.encodeFromBytes(PREFIX[network], accountBytes(publicKey));
}

/** Whether a text is the address of these 20 bytes on this network. */
export function isAddressOf(text: string, bytes: Uint8Array, network: Network): boolean {
  const decoded = bech32.decodeUnsafe(text);
  if (decoded === undefined || decoded.prefix !== PREFIX[network]) return false;
  const words = bech32.fromWordsUnsafe(decoded.words);
  return words instanceof Uint8Array && equalBytes(words, bytes);
}

/** The network that an address names by its prefix; `undefined` for a text of another form. */
export function networkOfAddress(text: string): Network | undefined {
  const prefix = bech32.decodeUnsafe(text)?.prefix;
  if (prefix === PREFIX.mainnet) return "mainnet";
  return prefix === PREFIX.testnet ? "testnet" : undefined;
}
