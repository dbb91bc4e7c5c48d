/**
 * Solana secret keys: the Ed25519 seed with its public key (64 bytes).
 * https://www.rfc-editor.org/rfc/rfc8032
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { equalBytes, hexToBytes } from "@noble/curves/utils.js";
import { base58 } from "@scure/base";
import * as v from "valibot";
import type { ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { addressOfPublicKey } from "./address.ts";

const SECRET_KEY_BYTES = 64;
const HEX_SECRET_KEY = /^[0-9a-fA-F]{128}$/;

const keypairFile = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  v.length(SECRET_KEY_BYTES),
);

/** @throws ChainError `INVALID_KEY`, without the key in its message. */
export function parsePrivateKey(text: string): ParsedPrivateKey {
  const key = memoryEd25519Key(seedOfSecretKey(text));
  return { address: addressOfPublicKey(key.publicKey), key, warnings: [] };
}

/**
 * Reads a secret key in base58 (as wallets export it), as 128 hex digits, or as the array of numbers that `solana-keygen`
 * writes to a file.
 *
 * @returns the 32-byte seed.
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function seedOfSecretKey(text: string): Uint8Array {
  const bytes = decode(text.trim());
  if (bytes?.length !== SECRET_KEY_BYTES) {
    throw new ChainError(
      "INVALID_KEY",
      "bad secret key size: a Solana secret key has 64 bytes, written in base58, as 128 hex digits or as an array of " +
        "64 numbers. 32 bytes are an address, or half a key.",
    );
  }
  const seed = bytes.slice(0, 32);
  if (equalBytes(ed25519.getPublicKey(seed), bytes.subarray(32))) return seed;
  throw new ChainError(
    "INVALID_KEY",
    "The second half of the Solana secret key is not the public key of the first half. Check it for typing mistakes.",
  );
}

function decode(text: string): Uint8Array | undefined {
  try {
    if (HEX_SECRET_KEY.test(text)) return hexToBytes(text);
    if (text.startsWith("[")) return Uint8Array.from(v.parse(keypairFile, JSON.parse(text)));
    return base58.decode(text);
  } catch {
    return undefined; // The libraries' messages may quote the key.
  }
}

/** The usual text form of a secret key: base58 of the seed and the public key. */
export function secretKeyText(seed: Uint8Array): string {
  return base58.encode(Uint8Array.from([...seed, ...ed25519.getPublicKey(seed)]));
}
