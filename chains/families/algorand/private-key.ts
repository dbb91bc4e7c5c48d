/**
 * Private keys of Algorand accounts as text: 25 words that are the key itself, not a BIP-39 mnemonic, or the Ed25519 key with
 * its public key (64 bytes).
 * https://dev.algorand.co/concepts/accounts/keys-signing/
 * https://www.rfc-editor.org/rfc/rfc8032
 */

import { sha512_256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { base32nopad, base64 } from "@scure/base";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { addressOfPublicKey } from "./address.ts";

const SEED_BYTES = 32;
const SECRET_BYTES = 64;
const BASE64_CHARACTERS = 88;

/**
 * The 32-byte key of a secret in any form that users of Algorand have: a mnemonic of 25 words, or the 64 bytes as base32
 * (as wallets of this program hold them), base64 (as the SDKs for Python and Go print them) or hex.
 *
 * @throws ChainError `INVALID_KEY`, without the secret in its message.
 */
export function readSecret(text: string): Uint8Array {
  const trimmed = text.trim();
  if (/\s/.test(trimmed)) return seedOfMnemonic(trimmed);
  const bytes = decode(trimmed);
  if (bytes?.length !== SECRET_BYTES) throw new ChainError("INVALID_KEY", "bad secret key size");
  const seed = bytes.slice(0, SEED_BYTES);
  if (secretText(seed) !== base32nopad.encode(bytes)) {
    throw new ChainError(
      "INVALID_KEY",
      "The second half of the secret is not the public key of the first half.",
    );
  }
  return seed;
}

/** The form in which wallets hold a key: base32 without padding of key and public key, 103 characters. */
export function secretText(seed: Uint8Array): string {
  return base32nopad.encode(concatBytes(seed, memoryEd25519Key(seed).publicKey));
}

/**
 * The key of a secret in any form that {@link readSecret} knows, and its address.
 *
 * @throws ChainError `INVALID_KEY`, without the secret in its message.
 */
export function parsePrivateKey(text: string): ParsedPrivateKey {
  const key = memoryEd25519Key(readSecret(text));
  return { address: addressOfPublicKey(key.publicKey), key, warnings: [] };
}

function decode(text: string): Uint8Array | undefined {
  try {
    if (text.length === BASE64_CHARACTERS) return base64.decode(text);
    if (/^(?:0x)?[0-9a-f]{128}$/i.test(text)) return hexToBytes(text.replace(/^0x/i, ""));
    // People type 0 for O and 1 for I, which base32 does not have.
    return base32nopad.decode(
      text.toUpperCase().replace(/=+$/, "").replaceAll("0", "O").replaceAll("1", "I"),
    );
  } catch {
    return undefined;
  }
}

/** Words of the English BIP-39 list. */
const BITS_PER_WORD = 11;

/**
 * The 32-byte key of a mnemonic: 24 words are 11 bits of it each, the lowest first; the last is a checksum of it
 * (SHA-512/256).
 *
 * @throws ChainError `INVALID_KEY`, without the words in its message.
 */
export function seedOfMnemonic(mnemonic: string): Uint8Array {
  const numbers = mnemonic
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .map((word) => wordlist.indexOf(word));
  const checksum = numbers.pop();
  // The number whose digits in base 2048 are the words, the first one the lowest.
  const value = numbers.reduceRight((sum, number) => (sum << BigInt(BITS_PER_WORD)) | BigInt(number), 0n);
  const isKey = numbers.length === 24 && numbers.every((number) => number >= 0) && value >> 256n === 0n;
  const seed = isKey ? littleEndian(value) : undefined;
  if (seed !== undefined && checksumWord(seed) === checksum) return seed;
  throw new ChainError(
    "INVALID_KEY",
    "failed to decode mnemonic: expected the 25 English words of an Algorand account, with a matching checksum (a " +
      "BIP-39 phrase of 12 or 24 words is something else). Check the spelling and the order of the words.",
  );
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: SEED_BYTES }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

/** The number of the word that the first 11 bits of the key's digest make, the lowest first. */
function checksumWord(seed: Uint8Array): number {
  const [first = 0, second = 0] = sha512_256(seed);
  return first | ((second & 0x07) << 8);
}
