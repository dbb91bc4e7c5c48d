import { ProviderError } from "../error.ts";
import { Secret } from "../secret.ts";
import { type LineEnd, TypedLine } from "./typed-line.ts";

/** More than any password or mnemonic; a larger line is not what was asked for. */
const MAXIMUM_LINE_LENGTH = 64 * 1024;

/**
 * Asks for secrets on standard input: hidden on a terminal, one line each from a pipe. Questions go to standard error,
 * so that standard output carries results alone.
 */
export class Prompt {
  readonly #input: NodeJS.ReadStream;
  readonly #questions: NodeJS.WriteStream;
  #lines: AsyncIterator<string> | undefined;
  /** Keys that were typed before the question they answer. */
  #typedAhead = "";

  constructor(input: NodeJS.ReadStream = process.stdin, questions: NodeJS.WriteStream = process.stderr) {
    this.#input = input;
    this.#questions = questions;
  }

  /** Whether a person sits at the other end. */
  get isTerminal(): boolean {
    return this.#input.isTTY === true;
  }

  /**
   * Asks once.
   * @param variable the variable that would have answered the question
   * @throws ProviderError `NO_ANSWER` when input ends before a line.
   */
  async ask(question: string, variable?: string): Promise<Secret> {
    const answer = await this.#read(question);
    if (answer === undefined) throw noAnswer(question, variable);
    return new Secret(answer);
  }

  /**
   * Asks for a new password twice. From a pipe the second line may be absent: a script does not mistype.
   * @throws ProviderError `UNUSABLE` when the two differ, `NO_ANSWER`
   */
  async askNew(question: string, variable?: string): Promise<Secret> {
    const first = await this.ask(question, variable);
    const again = `${question} (again)`;
    const second = await this.#read(again);
    if (second === undefined && this.isTerminal) throw noAnswer(again, variable);
    if (second !== undefined && second !== first.reveal()) {
      throw new ProviderError("UNUSABLE", "The two passwords differ; nothing was written.");
    }
    return first;
  }

  async #read(question: string): Promise<string | undefined> {
    if (this.isTerminal) return this.#readHidden(question);
    this.#lines ??= this.#pipedLines();
    const next = await this.#lines.next();
    return next.done === true ? undefined : next.value;
  }

  /** A line typed at the terminal: editing keys work, nothing is shown. */
  async #readHidden(question: string): Promise<string | undefined> {
    const line = new TypedLine();
    // First of all, or what is typed at the sight of the question would be shown.
    this.#input.setRawMode(true);
    this.#questions.write(`${question}: `);
    const { kind, rest } = await this.#typeUntilEnd(line);
    this.#typedAhead = rest;
    this.#input.setRawMode(false);
    this.#questions.write("\n");
    if (kind === "interrupt") process.kill(process.pid, "SIGINT");
    return kind === "enter" ? line.text : undefined;
  }

  async #typeUntilEnd(line: TypedLine): Promise<LineEnd> {
    const ended = line.take(this.#typedAhead);
    if (ended !== undefined) return ended;
    const decoder = new TextDecoder();
    const input = this.#input;
    return new Promise((done) => {
      const finish = (end: LineEnd): void => {
        input.off("data", onData);
        input.off("end", onEnd);
        input.pause();
        done(end);
      };
      const onData = (chunk: Uint8Array): void => {
        const end = line.take(decoder.decode(chunk, { stream: true }));
        if (end !== undefined) finish(end);
      };
      const onEnd = (): void => finish({ kind: "end-of-input", rest: "" });
      input.on("data", onData);
      input.once("end", onEnd);
      input.resume();
    });
  }

  async *#pipedLines(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this.#chunks()) {
      rest += decoder.decode(chunk, { stream: true });
      for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
        yield rest.slice(0, end).replace(/\r$/, "");
        rest = rest.slice(end + 1);
      }
      if (rest.length > MAXIMUM_LINE_LENGTH) {
        throw new ProviderError("UNUSABLE", "The line on standard input is longer than any password.");
      }
    }
    if (rest !== "") yield rest.replace(/\r$/, "");
  }

  /** What comes through the pipe; nothing where standard input cannot be read, such as a folder. */
  async *#chunks(): AsyncGenerator<Uint8Array> {
    const chunks: AsyncIterator<Uint8Array> = this.#input[Symbol.asyncIterator]();
    for (;;) {
      const next = await chunks.next().catch(() => undefined);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  }
}

function noAnswer(question: string, variable: string | undefined): ProviderError {
  const ways = ["Run it in a terminal", "send the answer through a pipe"];
  if (variable !== undefined) ways.push(`set ${variable}`);
  const hint = `${ways.slice(0, -1).join(", ")}, or ${ways.at(-1)}.`;
  return new ProviderError("NO_ANSWER", `Nobody answered the question "${question}".`, hint);
}
