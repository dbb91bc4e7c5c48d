import { sha512 } from "@noble/hashes/sha2.js";

/** The hash of the XRP Ledger: the first 32 bytes of SHA-512. */
export function halfSha512(...parts: readonly Uint8Array[]): Uint8Array {
  return sha512(Buffer.concat(parts)).slice(0, 32);
}
