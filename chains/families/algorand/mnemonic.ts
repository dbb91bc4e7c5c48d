/**
 * Algorand mnemonics: 25 words of the English BIP-39 list that are the key itself, not a BIP-39 mnemonic.
 * https://dev.algorand.co/concepts/accounts/keys-signing/
 */

import { sha512_256 } from "@noble/hashes/sha2.js";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { ChainError } from "../../error.ts";

const BITS_PER_WORD = 11;
const SEED_BYTES = 32;

/**
 * The 32-byte key of a mnemonic: 24 words are 11 bits of it each, the lowest first; the last is a checksum of it
 * (SHA-512/256).
 *
 * @throws ChainError `INVALID_KEY`, without the words in its message.
 */
export function mnemonicToSeed(mnemonic: string): Uint8Array {
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
