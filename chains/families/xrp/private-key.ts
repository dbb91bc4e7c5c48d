/**
 * Secrets of XRP Ledger accounts: base58 seeds, and private keys in hex.
 * https://xrpl.org/docs/concepts/accounts/cryptographic-keys
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { decodeSeed } from "xrpl/dist/npm/utils/index.js";
import type { ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { memorySecp256k1Key } from "../../keys/secp256k1.ts";
import type { SigningKey } from "../../signing-key.ts";
import { addressOfPublicKey, ledgerPublicKey } from "./address.ts";
import { halfSha512 } from "./encode.ts";

const SEED = /^s[1-9A-HJ-NP-Za-km-z]{20,40}$/;
const HEX_KEY = /^(00|ED)?([0-9a-f]{64})$/i;

/**
 * Reads a secret: a seed (`s...` for secp256k1, `sEd...` for ed25519), or a private key in hex with the prefix that
 * ripple-keypairs writes (`00` for secp256k1, `ED` for ed25519). 64 hex digits are a key on secp256k1.
 *
 * @throws ChainError `INVALID_KEY`, without the secret in its message.
 */
export function parsePrivateKey(text: string): ParsedPrivateKey {
  const trimmed = text.trim();
  const [, prefix, digits] = HEX_KEY.exec(trimmed) ?? [];
  const key = digits === undefined ? keyOfSeed(trimmed) : keyOfHex(prefix, digits);
  const warnings =
    digits === undefined || prefix !== undefined
      ? []
      : ["Without the prefix 00 or ED the key was taken as one of secp256k1. Check the address."];
  return { address: addressOfPublicKey(ledgerPublicKey(key)), key, warnings };
}

function keyOfHex(prefix: string | undefined, digits: string): SigningKey {
  const privateKey = hexToBytes(digits);
  return prefix?.toUpperCase() === "ED" ? memoryEd25519Key(privateKey) : memorySecp256k1Key(privateKey);
}

function keyOfSeed(text: string): SigningKey {
  if (!SEED.test(text)) {
    throw new ChainError(
      "INVALID_KEY",
      "Not a secret of the XRP Ledger: expected a seed (s... or sEd...), or 64 hex digits after 00 or ED.",
    );
  }
  const seed = decodeSeedOrUndefined(text);
  if (seed === undefined) {
    throw new ChainError(
      "INVALID_KEY",
      "checksum_invalid: the seed is damaged. Check it for typing mistakes and missing characters.",
    );
  }
  return seed.type === "ed25519"
    ? memoryEd25519Key(ed25519PrivateKeyOfSeed(seed.bytes))
    : memorySecp256k1Key(secp256k1PrivateKeyOfSeed(seed.bytes));
}

function decodeSeedOrUndefined(text: string): ReturnType<typeof decodeSeed> | undefined {
  try {
    return decodeSeed(text);
  } catch {
    return undefined; // The library's message may quote the seed.
  }
}

/** The 32-byte ed25519 private key of a 16-byte seed. */
function ed25519PrivateKeyOfSeed(seed: Uint8Array): Uint8Array {
  return halfSha512(seed);
}

/**
 * The 32-byte secp256k1 private key of the first account of a 16-byte seed: the seed's root key, plus a number that
 * follows from the root's public key.
 */
function secp256k1PrivateKeyOfSeed(seed: Uint8Array): Uint8Array {
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
