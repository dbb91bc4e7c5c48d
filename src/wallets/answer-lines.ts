/** How many of the lines that come at a question belong to its answer, where that is a mnemonic or a private key. */
import { isMnemonic, isMnemonicWord } from "../../chains/keys/bip39.ts";
import type { TakeLines } from "../../providers/prompt/prompt.ts";
import { KmsError } from "../errors.ts";

const LONGEST_MNEMONIC = 24;
/** The words of an Algorand account are not a mnemonic of BIP-39. */
const MOST_WORDS = 25;

/** A line of so many words is not taken for a password. */
const WORDS_OF_A_PHRASE = 6;

function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== "");
}

function joined(lines: readonly string[]): string {
  return lines.flatMap(wordsOf).join(" ").toLowerCase();
}

function isAllWords(line: string): boolean {
  const words = wordsOf(line);
  return words.length > 0 && words.every(isMnemonicWord);
}

/** The lines of mnemonic words with which an answer begins, up to the longest mnemonic. */
function leadingLines(lines: readonly string[]): { readonly count: number; readonly isOver: boolean } {
  let words = 0;
  for (const [index, line] of lines.entries()) {
    words += wordsOf(line).length;
    if (!isAllWords(line) || words > MOST_WORDS) return { count: index, isOver: true };
  }
  return { count: lines.length, isOver: words >= MOST_WORDS };
}

/**
 * The lines of a mnemonic. Where a line behind it may be the next answer, and it cannot be told whether it is that or
 * the rest of the mnemonic, nothing is taken: the first half of some mnemonics is one itself, and the other half would
 * become a password.
 *
 * @param standsAlone whether no other answer is expected behind it: then all lines of such words belong together
 * @throws KmsError `INVALID_INPUT` when it cannot be told
 */
export function mnemonicLines(standsAlone: boolean): TakeLines {
  return (lines, isAll) => {
    const { count, isOver } = leadingLines(lines);
    if (count === 1 && isMnemonic(joined(lines)) && wordsOf(lines[0] ?? "").length === LONGEST_MNEMONIC)
      return 1;
    if (!isOver && !isAll) return undefined;
    if (count < 2) return 1;
    const whole = Array.from({ length: count }, (_, index) => index + 1).filter((length) =>
      isMnemonic(joined(lines.slice(0, length))),
    );
    if (whole.length === 0 || (standsAlone && whole.includes(count))) return count;
    if (whole.length === 1 && whole[0] === count) return count;
    if (whole.length === 1 && whole[0] === 1 && lines.slice(1, count).every(mayBePassword)) return 1;
    throw new KmsError(
      "INVALID_INPUT",
      `The first ${count} lines of the input are words of mnemonics, and it cannot be told which of them are the mnemonic.`,
      { hint: "Put the mnemonic on one line, and give the password in another way (a variable, a file)." },
    );
  };
}

function mayBePassword(line: string): boolean {
  return wordsOf(line).length < WORDS_OF_A_PHRASE;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The lines of a private key: a PEM file to its end, JSON to where it is complete, the words of an account's mnemonic,
 * else one line.
 */
export const keyLines: TakeLines = (lines, isAll) => {
  const text = (lines[0] ?? "").trim();
  if (text.startsWith("-----BEGIN "))
    return lengthUntil(lines, (part) => /-----END [^\n]*-----\s*$/.test(part));
  if (/^[{[]/.test(text)) return lengthUntil(lines, isJson);
  const { count, isOver } = leadingLines(lines);
  return isOver || isAll ? Math.max(count, 1) : undefined;
};

function lengthUntil(lines: readonly string[], isComplete: (text: string) => boolean): number | undefined {
  const at = lines.findIndex((_, index) => isComplete(lines.slice(0, index + 1).join("\n")));
  return at === -1 ? undefined : at + 1;
}
