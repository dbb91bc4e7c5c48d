/** How a line ended, and the keys that were typed after it. */
export interface LineEnd {
  readonly kind: "enter" | "interrupt" | "end-of-input";
  readonly rest: string;
}

const INTERRUPT = "\u0003"; // Ctrl-C
const END_OF_INPUT = "\u0004"; // Ctrl-D
const ERASE = ["\u007f", "\b"]; // Backspace
const ERASE_ALL = "\u0015"; // Ctrl-U
const ESCAPE = "\u001b";
/** What follows it: cursor and function keys, and the marks around pasted text (ECMA-48 control sequences). */
const CONTROL_SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O.|.)?/su;
const CONTROL_CHARACTER = /^\p{Cc}/u;

/** A line that is typed unseen at a terminal in raw mode. */
export class TypedLine {
  #characters: string[] = [];

  get text(): string {
    return this.#characters.join("");
  }

  /** Takes keys in. The end of the line, or `undefined` when more keys are to come. */
  take(keys: string): LineEnd | undefined {
    for (let rest = keys; rest !== ""; ) {
      const [first = ""] = rest;
      rest = rest.slice(first.length);
      if (first === ESCAPE) rest = rest.replace(CONTROL_SEQUENCE, "");
      // Pasted lines of Windows end in both.
      if (first === "\r" || first === "\n")
        return { kind: "enter", rest: first === "\r" ? rest.replace(/^\n/, "") : rest };
      if (first === INTERRUPT) return { kind: "interrupt", rest };
      if (first === END_OF_INPUT && this.#characters.length === 0) return { kind: "end-of-input", rest };
      if (ERASE.includes(first)) this.#characters.pop();
      else if (first === ERASE_ALL) this.#characters = [];
      else if (first === "\t" || !CONTROL_CHARACTER.test(first)) this.#characters.push(first);
    }
    return undefined;
  }
}
