/** Mnemonics of BIP-39 and the seeds they give: https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki */
import { pbkdf2Sync } from "node:crypto";
import * as bip39 from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { distance } from "fastest-levenshtein";
import { ChainError } from "../error.ts";

/** A new English BIP-39 mnemonic of 24 words: 256 bits of the operating system's randomness. */
export function generateMnemonic(): string {
  return bip39.generateMnemonic(wordlist, 256);
}

/** Whether a word is of the English list of BIP-39, whatever its case. */
export function isMnemonicWord(word: string): boolean {
  return wordlist.includes(word.toLowerCase());
}

/** Whether words, one blank between them, are an English BIP-39 mnemonic with a matching checksum. */
export function isMnemonic(words: string): boolean {
  return bip39.validateMnemonic(words, wordlist);
}

/**
 * Refuses words that are not an English BIP-39 mnemonic. For mnemonics that come in; those a vault already holds
 * may be older than this check and stay usable.
 *
 * @throws ChainError `INVALID_KEY`; its message says which word is wrong, without repeating any.
 */
export function assertMnemonic(mnemonic: string): void {
  if (isMnemonic(mnemonic)) return;
  throw new ChainError(
    "INVALID_KEY",
    `Not a BIP-39 mnemonic: ${problemOf(mnemonic.split(" "))}. Expected are 12, 15, 18, 21 or 24 English words in lower case.`,
  );
}

/** With more wrong words than these, the words are of another kind, and near ones would tell only what was typed. */
const MOST_NEAR_WORDS = 2;

function problemOf(words: readonly string[]): string {
  if (words.join("") === "") return "there are no words";
  const positions = (isWrong: (word: string) => boolean): number[] =>
    words.flatMap((word, index) => (isWrong(word) ? [index + 1] : []));
  const unknown = positions((word) => !isMnemonicWord(word));
  if (unknown.length > 0) {
    const [verb, list] = [unknown.length === 1 ? "is" : "are", "not in the English list"];
    const near = unknown.length > MOST_NEAR_WORDS ? "" : nearWords(words, unknown);
    return `${named(unknown)} ${verb} ${list}${near}`;
  }
  const inCapitals = positions((word) => word !== word.toLowerCase());
  if (inCapitals.length > 0)
    return `${named(inCapitals)} ${inCapitals.length === 1 ? "has" : "have"} capital letters`;
  if (![12, 15, 18, 21, 24].includes(words.length)) {
    return words.length === 1 ? "it has 1 word" : `it has ${words.length} words`;
  }
  return (
    `its ${words.length} words are all in the list, but the checksum does not match: one of them is wrong or missing, or ` +
    "their order is"
  );
}

/** `word 3`, `words 3 and 7`, `words 1, 2, 3 and 9 more`. */
function named(positions: readonly number[]): string {
  if (positions.length === 1) return `word ${positions[0]}`;
  if (positions.length > 6)
    return `words ${positions.slice(0, 5).join(", ")} and ${positions.length - 5} more`;
  return `words ${positions.slice(0, -1).join(", ")} and ${positions.at(-1)}`;
}

/** The words of the list that may be meant, for whoever mistyped one. */
function nearWords(words: readonly string[], positions: readonly number[]): string {
  const near = positions.flatMap((position) => {
    const word = (words[position - 1] ?? "").toLowerCase();
    // The first four letters of a word tell it from all others.
    const isBegun = (known: string): boolean => word.length >= 4 && known.startsWith(word);
    const apart = (known: string): number => (isBegun(known) ? 0 : distance(word, known));
    const found = wordlist
      .filter((known) => apart(known) <= 2)
      .sort((a, b) => apart(a) - apart(b))
      .slice(0, 3);
    return found.length === 0 ? [] : [`near word ${position}: ${found.join(", ")}`];
  });
  return near.length === 0 ? "" : ` (${near.join("; ")})`;
}

/**
 * The 64-byte BIP-39 seed of a mnemonic with an empty passphrase. Any text has a seed: nothing is validated, so
 * that wallets stored before mnemonics were checked keep their keys.
 */
export function mnemonicToSeed(mnemonic: string): Uint8Array {
  // The native primitive: PBKDF2 is nearly all of the time of a derivation.
  return new Uint8Array(pbkdf2Sync(mnemonic.normalize("NFKD"), "mnemonic", 2048, 64, "sha512"));
}
