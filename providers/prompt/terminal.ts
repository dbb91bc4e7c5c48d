/**
 * Secrets typed at a terminal: unseen, and as whole pastes, so that no line of one becomes the answer to the next question.
 */
import { BRACKETED_PASTE, TypedLine } from "./typed-line.ts";

/** Milliseconds of silence after which nothing more of a paste is on its way. */
const SILENCE = 50;

/** What a person entered at one question. */
export interface Entry {
  readonly kind: "enter" | "interrupt" | "end-of-input";
  /** The lines that came together; more than one were pasted. */
  readonly lines: readonly string[];
  /** Of the keys, before they were read as text. */
  readonly bytes: Uint8Array;
  /** What was typed after the last Enter. */
  readonly begun: TypedLine;
}

export interface EntryOptions {
  /** What was typed for this question already. */
  readonly begun?: TypedLine;
  /** Milliseconds of silence that end a paste. */
  readonly silence?: number;
  /** Whether the answer is no secret and may be seen. */
  readonly isShown?: boolean;
  /** Whether what was typed before even the first question is no answer to it. */
  readonly needsFreshAnswer?: boolean;
}

/** How keys are read. */
interface Reading {
  readonly silence: number;
  /** Whether silence alone ends it, without an Enter. */
  readonly isOver?: boolean;
  /** Gets the line as far as it was typed. */
  readonly show?: ((text: string) => void) | undefined;
}

/** Whether the terminal understands the codes that switch bracketed paste; those that do not show them. */
function marksPastes(screen: NodeJS.WriteStream): boolean {
  return screen.isTTY === true && !["", "dumb"].includes(process.env["TERM"] ?? "");
}

export class Terminal {
  readonly #keyboard: NodeJS.ReadStream;
  readonly #screen: NodeJS.WriteStream;
  #wasAsked = false;

  constructor(keyboard: NodeJS.ReadStream, screen: NodeJS.WriteStream) {
    this.#keyboard = keyboard;
    this.#screen = screen;
  }

  say(text: string): void {
    this.#screen.write(`${text}\n`);
  }

  /**
   * Asks a question and reads the answer, unseen unless it may be shown; editing keys work. What was typed between two
   * questions was not meant for the second one, and is told and thrown away.
   */
  async ask(question: string, options: EntryOptions = {}): Promise<Entry> {
    const { begun, silence = SILENCE, isShown = false, needsFreshAnswer = false } = options;
    const paste = marksPastes(this.#screen) ? BRACKETED_PASTE : { on: "", off: "" };
    // First of all, or what is typed at the sight of the question would be shown.
    this.#keyboard.setRawMode(true);
    const mayBeEarly = needsFreshAnswer || this.#wasAsked;
    const early = mayBeEarly && begun === undefined ? await this.#discard() : undefined;
    this.#wasAsked = true;
    let entry = early;
    if (entry === undefined) {
      this.#screen.write(`${paste.on}${question}: `);
      const show = isShown ? this.#shownAnswer() : undefined;
      entry = await this.#read(begun ?? new TypedLine(), { silence, show });
      show?.(entry.lines.join(" "));
      this.#screen.write(`${paste.off}\n`);
    }
    this.#keyboard.setRawMode(false);
    if (entry.kind === "interrupt") process.kill(process.pid, "SIGINT");
    return entry;
  }

  /** What puts an answer on the screen, in the place of what it put there before. */
  #shownAnswer(): (text: string) => void {
    let width = 0;
    return (text) => {
      this.#screen.write("\b \b".repeat(width) + text.replace(/\s/g, " "));
      width = text.length;
    };
  }

  /** Takes what is on its way, so that neither the next question nor the shell gets it. */
  async drain(silence: number): Promise<void> {
    this.#keyboard.setRawMode(true);
    await this.#read(new TypedLine(), { silence, isOver: true });
    this.#keyboard.setRawMode(false);
  }

  /** @returns The entry of somebody who wants to end the program. */
  async #discard(): Promise<Entry | undefined> {
    const entry = await this.#read(new TypedLine(), { silence: SILENCE, isOver: true });
    if (entry.kind === "interrupt") return entry;
    if (entry.bytes.length > 0) this.say("What was typed before this question was not used.");
    return undefined;
  }

  #read(begun: TypedLine, { silence, isOver = false, show }: Reading): Promise<Entry> {
    const keyboard = this.#keyboard;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const chunks: Uint8Array[] = [];
    const lines: string[] = [];
    let line = begun;
    let timer: NodeJS.Timeout | undefined;
    const takeKeys = (keys: string): Entry["kind"] | undefined => {
      for (let end = line.take(keys); end !== undefined; end = line.take(end.rest)) {
        if (end.kind !== "enter") return end.kind === "interrupt" || lines.length === 0 ? end.kind : "enter";
        lines.push(...line.text.split("\n"));
        line = new TypedLine();
      }
      return undefined;
    };
    return new Promise((done) => {
      const finish = (kind: Entry["kind"]): void => {
        clearTimeout(timer);
        keyboard.off("data", onData);
        keyboard.off("end", onEnd);
        keyboard.pause();
        done({ kind, lines, bytes: Buffer.concat(chunks), begun: line });
      };
      const onSilence = (): void => {
        line.settle();
        if (isOver || lines.length > 0) finish("enter");
      };
      const onData = (chunk: Uint8Array): void => {
        chunks.push(Uint8Array.from(chunk));
        const end = takeKeys(decoder.decode(chunk, { stream: true }));
        if (end !== undefined) finish(end);
        else {
          show?.(line.text);
          clearTimeout(timer);
          timer = setTimeout(onSilence, silence);
        }
      };
      const onEnd = (): void => finish(lines.length > 0 ? "enter" : "end-of-input");
      if (isOver) timer = setTimeout(onSilence, silence);
      keyboard.on("data", onData);
      keyboard.once("end", onEnd);
      keyboard.resume();
    });
  }
}
