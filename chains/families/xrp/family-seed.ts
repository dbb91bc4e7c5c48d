/**
 * Private keys of an XRP Ledger seed, on both curves.
 * https://xrpl.org/docs/concepts/accounts/cryptographic-keys
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { halfSha512 } from "./sign.ts";

/** The 32-byte ed25519 private key of a 16-byte seed. */
export function ed25519PrivateKeyOfSeed(seed: Uint8Array): Uint8Array {
  return halfSha512(seed);
}

/**
 * The 32-byte secp256k1 private key of the first account of a 16-byte seed: the seed's root key, plus a number that
 * follows from the root's public key.
 */
export function secp256k1PrivateKeyOfSeed(seed: Uint8Array): Uint8Array {
  const { Fn } = secp256k1.Point;
  const root = firstScalar(seed);
  const rootPublicKey = secp256k1.getPublicKey(Fn.toBytes(root), true);
  const firstAccount = uint32(0);
  return Fn.toBytes(Fn.add(root, firstScalar(rootPublicKey, firstAccount)));
}

/** The first hash of the parts and a counter that is a private key: 1 to n - 1. */
function firstScalar(...parts: readonly Uint8Array[]): bigint {
  for (let counter = 0; ; counter++) {
    const candidate = halfSha512(...parts, uint32(counter));
    if (secp256k1.utils.isValidSecretKey(candidate)) return secp256k1.Point.Fn.fromBytes(candidate);
  }
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
