/** How texts for people are laid out: the columns of the terminal, its colours, and lines that break between words. */
import { fstatSync } from "node:fs";

/** Columns of what is not read at a terminal, and of terminals that do not tell. */
const USUAL_COLUMNS = 80;
const FEWEST_COLUMNS = 30;
/** Longer lines are hard to read. */
const MOST_COLUMNS = 100;

/** How Node's own `tty` asks the system; what `process.stdout` does besides takes longer than printing help. */
interface TtyBinding {
  readonly TTY: new (descriptor: number) => { getWindowSize(size: number[]): unknown };
}

/** The terminal that standard output (1) or standard error (2) is; `undefined` when it is none. */
export function terminalOf(descriptor: 1 | 2): { readonly columns: number | undefined } | undefined {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return undefined;
    const { binding } = process as unknown as { binding(name: "tty_wrap"): TtyBinding };
    const size = [0, 0];
    new (binding("tty_wrap").TTY)(descriptor).getWindowSize(size);
    return { columns: size[0] };
  } catch {
    // A character device that is no terminal, or nothing at all.
    return undefined;
  }
}

/** Whether a person reads standard output (1) or standard error (2). */
export function isTerminal(descriptor: 1 | 2): boolean {
  return terminalOf(descriptor) !== undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The columns of a terminal, as it tells itself or the environment does. */
export function terminalColumns(
  stream: { readonly columns?: number | undefined },
  environment: Environment,
): number {
  const told = stream.columns ?? Number(environment["COLUMNS"] ?? Number.NaN);
  return Number.isSafeInteger(told) && told > 0 ? told : USUAL_COLUMNS;
}

/** How many of them a text on standard output or standard error takes. */
export function columnsOf(...terminal: Parameters<typeof terminalColumns>): number {
  return Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, terminalColumns(...terminal)));
}

/** Whether colours are wanted and can be shown (https://no-color.org). */
export function hasColours(descriptor: 1 | 2, environment: Environment): boolean {
  return isTerminal(descriptor) && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
}

const styles = { bold: [1, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const;

export type Style = keyof typeof styles;

/** Gives a text a colour, where there are colours. */
export type Paint = (style: Style, text: string) => string;

export function paintFor(coloured: boolean): Paint {
  if (!coloured) return (_style, text) => text;
  return (style, text) => {
    const [on, off] = styles[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

/** The columns that a text takes on the screen; its colours take none. */
export function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

/**
 * Breaks a text into lines between its words. A word that is longer than a line stays whole.
 * @param columns of a line
 * @param hanging blanks before each line but the first
 */
export function wrapWords(text: string, columns: number, hanging = 0): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns || line.trim() === "") {
      line = longer;
    } else {
      lines.push(line);
      line = " ".repeat(hanging) + word;
    }
  }
  return [...lines, line];
}

/** A sentence for standard error in lines that a terminal there has room for, broken between words; elsewhere as it is. */
export function fitted(sentence: string): string {
  if (!isTerminal(2)) return sentence;
  const columns = terminalColumns(process.stderr, process.env);
  if (widthOf(sentence) <= columns) return sentence;
  return wrapWords(sentence, columns).join("\n");
}
