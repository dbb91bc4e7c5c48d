import { inspect } from "node:util";

const REDACTED = "[secret]";

/**
 * Text that must never be printed: a password, a PIN, a mnemonic. Every way in which JavaScript turns a value into
 * text gives `[secret]`; only {@link Secret.reveal} gives the text, so that each place that needs it can be found.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
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
