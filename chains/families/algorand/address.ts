/**
 * Algorand addresses: base32 of an Ed25519 public key and its checksum.
 * https://dev.algorand.co/concepts/accounts/keys-signing/
 */

import { sha512_256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { base32nopad } from "@scure/base";

const PUBLIC_KEY_BYTES = 32;
const CHECKSUM_BYTES = 4;

/** The last four bytes of the SHA-512/256 digest of the public key. */
export function addressChecksum(publicKey: Uint8Array): Uint8Array {
  return sha512_256(publicKey).subarray(-CHECKSUM_BYTES);
}

/** The 58 characters of the address of a 32-byte public key. */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  return base32nopad.encode(concatBytes(publicKey, addressChecksum(publicKey)));
}

/** The public key of an address, or `undefined` when the text is not an address. */
export function publicKeyOfAddress(address: string): Uint8Array | undefined {
  try {
    const publicKey = base32nopad.decode(address).subarray(0, PUBLIC_KEY_BYTES);
    return addressOfPublicKey(publicKey) === address ? publicKey : undefined;
  } catch {
    return undefined;
  }
}
