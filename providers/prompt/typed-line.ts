/**
 * A line that is typed or pasted unseen at a terminal in raw mode, key by key (xterm control sequences:
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html).
 */

/** How a line ended, and the keys that came after it. */
export interface LineEnd {
  readonly kind: "enter" | "interrupt" | "end-of-input";
  readonly rest: string;
}

const INTERRUPT = "\u0003"; // Ctrl-C
const END_OF_INPUT = "\u0004"; // Ctrl-D
const ERASE = ["\u007f", "\b"]; // Backspace
const ERASE_ALL = "\u0015"; // Ctrl-U
const ESCAPE = "\u001b";
/** Cursor and function keys, and the marks around pasted text (ECMA-48 control sequences). */
const CONTROL_SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O.|.)/su;
/** The beginning of one, whose end has not come yet. */
const HALF_SEQUENCE = /^(?:\[[0-?]*[ -/]*|O)?$/u;
const CONTROL_CHARACTER = /^\p{Cc}/u;

/** The marks that a terminal in bracketed paste mode puts around pasted text (xterm control sequences). */
const PASTE_BEGINS = "[200~";
const PASTE_ENDS = "[201~";

/**
 * What a terminal has to be sent to mark pasted text, and to stop it: the line breaks of a paste are not the Enter of a
 * person then.
 */
export const BRACKETED_PASTE = { on: `${ESCAPE}[?2004h`, off: `${ESCAPE}[?2004l` } as const;

export class TypedLine {
  #characters: string[] = [];
  #isPasting = false;
  /** A control sequence of which only the beginning has come. */
  #half: string | undefined;

  /** What was typed. Line breaks in it were pasted; each is a `\n`. */
  get text(): string {
    return this.#characters.join("").replace(/\r\n?/g, "\n");
  }

  /** Takes keys in. The end of the line, or `undefined` when more keys are to come. */
  take(keys: string): LineEnd | undefined {
    let rest = this.#half === undefined ? keys : `${ESCAPE}${this.#half}${keys}`;
    this.#half = undefined;
    while (rest !== "") {
      const [first = ""] = rest;
      rest = rest.slice(first.length);
      if (first === ESCAPE) {
        if (HALF_SEQUENCE.test(rest)) {
          this.#half = rest;
          return undefined;
        }
        rest = this.#skipSequence(rest);
      } else {
        const end = this.#takeKey(first, rest);
        if (end !== undefined) return end;
      }
    }
    return undefined;
  }

  /** Forgets the beginning of a control sequence that does not go on: somebody pressed Escape. */
  settle(): void {
    this.#half = undefined;
  }

  #skipSequence(rest: string): string {
    const [sequence = ""] = CONTROL_SEQUENCE.exec(rest) ?? [];
    if (sequence === PASTE_BEGINS) this.#isPasting = true;
    if (sequence === PASTE_ENDS) this.#isPasting = false;
    return rest.slice(sequence.length);
  }

  #takeKey(key: string, rest: string): LineEnd | undefined {
    if (key === INTERRUPT) return { kind: "interrupt", rest };
    if (this.#isPasting) {
      if (["\t", "\r", "\n"].includes(key) || !CONTROL_CHARACTER.test(key)) this.#characters.push(key);
      return undefined;
    }
    if (key === "\n") return { kind: "enter", rest };
    // Lines of Windows end in both.
    if (key === "\r") return { kind: "enter", rest: rest.replace(/^\n/, "") };
    if (key === END_OF_INPUT && this.#characters.length === 0) return { kind: "end-of-input", rest };
    if (ERASE.includes(key)) this.#characters.pop();
    else if (key === ERASE_ALL) this.#characters = [];
    else if (key === "\t" || !CONTROL_CHARACTER.test(key)) this.#characters.push(key);
    return undefined;
  }
}
