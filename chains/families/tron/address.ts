/**
 * TRON addresses: the hash of a secp256k1 public key, in hex and in Base58Check.
 * https://developers.tron.network/docs/account
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { createBase58check } from "@scure/base";
import { uncompressedPublicKey } from "../../keys/public-key.ts";

/** An address as nodes write it: the byte 41 and the 20 bytes of the account. */
export const HEX_ADDRESS = /^41[0-9a-f]{40}$/i;

const base58check = createBase58check(sha256);

/**
 * The address of a public key: 41 and the last 20 bytes of the Keccak-256 digest of the uncompressed point.
 *
 * @param publicKey SEC 1, 33 or 65 bytes.
 * @returns 42 hex digits in lower case.
 * @throws ChainError `INVALID_KEY` when it is no public key on secp256k1.
 */
export function hexAddressOfPublicKey(publicKey: Uint8Array): string {
  const point = uncompressedPublicKey(publicKey);
  return bytesToHex(concatBytes(Uint8Array.of(0x41), keccak_256(point.subarray(1)).subarray(-20)));
}

/** The form that people use, such as `TKu1NTKQQses93aE5iTCh36jSRNyMKBHpU` (Base58Check). */
export function readableAddress(hexAddress: string): string {
  return base58check.encode(hexToBytes(hexAddress));
}
