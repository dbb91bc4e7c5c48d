/** Text that must never be printed: a password, a PIN, a mnemonic. */
import { inspect } from "node:util";

const REDACTED = "[secret]";

/**
 * Every way in which JavaScript turns a secret into text gives `[secret]`; only {@link Secret.reveal} gives the text, so
 * that each place that needs it can be found.
 */
export class Secret {
  readonly #text: string;

  readonly #asStored: string | undefined;

  /** @param asStored the text that it was found in, where that has more */
  constructor(text: string, asStored?: string) {
    this.#text = text;
    this.#asStored = asStored;
  }

  /** The text with the line break at its end, where one was taken away: the password that the original made of it. */
  get asStored(): Secret | undefined {
    return this.#asStored === undefined ? undefined : new Secret(this.#asStored);
  }

  /** The text itself. */
  reveal(): string {
    return this.#text;
  }

  get isEmpty(): boolean {
    return this.#text.length === 0;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
