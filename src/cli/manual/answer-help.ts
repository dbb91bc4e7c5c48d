/** Answers a command line that asks for help and nothing else, before any command is loaded. */
import { writeOutput } from "../output.ts";
import { isTerminal } from "../terminal/text-layout.ts";
import { helpTexts } from "./help-texts.ts";

const helpWords: readonly string[] = ["--help", "-h"];

/** The words of the command that a command line asks the help of, where that is all it says. */
function askedHelp(argv: readonly string[]): readonly string[] | undefined {
  const words = argv.filter((word) => !helpWords.includes(word));
  const isHelp = argv.length === 0 || words.length < argv.length || words[0] === "help";
  if (!isHelp || words.some((word) => word.startsWith("-"))) return undefined;
  return words[0] === "help" ? words.slice(1) : words;
}

/** The text that is ready, for who reads it without a terminal and says nothing of columns. */
function readyText(words: readonly string[]): string | undefined {
  if (process.env["COLUMNS"] !== undefined || isTerminal(1)) return undefined;
  return helpTexts?.[words.join(" ")];
}

/**
 * Prints the help that a command line asks for. Tells whether that was all it asks for.
 * @throws OutputClosed, KmsError `CANNOT_WRITE`
 */
export async function answerHelp(argv: readonly string[]): Promise<boolean> {
  const words = askedHelp(argv);
  if (words === undefined) return false;
  const text = readyText(words);
  if (text !== undefined) {
    writeOutput(text);
    return true;
  }
  const { printHelpOf } = await import("./help-page.ts");
  return printHelpOf(words);
}
