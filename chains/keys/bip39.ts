import { pbkdf2Sync } from "node:crypto";
import * as bip39 from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { ChainError } from "../error.ts";

/** A new English BIP-39 mnemonic of 24 words: 256 bits of the operating system's randomness. */
export function generateMnemonic(): string {
  return bip39.generateMnemonic(wordlist, 256);
}

/**
 * Refuses words that are not an English BIP-39 mnemonic. For mnemonics that come in; those a vault already holds
 * may be older than this check and stay usable.
 *
 * @throws ChainError `INVALID_KEY`, without the words in its message.
 */
export function assertMnemonic(mnemonic: string): void {
  if (bip39.validateMnemonic(mnemonic, wordlist)) return;
  throw new ChainError(
    "INVALID_KEY",
    "Not a BIP-39 mnemonic: expected 12, 15, 18, 21 or 24 English words in lower case, one blank between them, " +
      "with a matching checksum. Check the spelling and the order of the words.",
  );
}

/**
 * The 64-byte BIP-39 seed of a mnemonic with an empty passphrase. Any text has a seed: nothing is validated, so
 * that wallets stored before mnemonics were checked keep their keys.
 */
export function mnemonicToSeed(mnemonic: string): Uint8Array {
  // The native primitive: PBKDF2 is nearly all of the time of a derivation.
  return new Uint8Array(pbkdf2Sync(mnemonic.normalize("NFKD"), "mnemonic", 2048, 64, "sha512"));
}
