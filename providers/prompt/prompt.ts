/**
 * Questions on standard input, for secrets (unseen at a terminal, one line each from a pipe) and for a yes. They go to
 * standard error, so that standard output carries results alone.
 */
import { ProviderError } from "../error.ts";
import { Secret } from "../secret.ts";
import { MAXIMUM_SECRET_BYTES, textOfBytes } from "../support/secret-text.ts";
import { PipedLines } from "./piped-lines.ts";
import { type Entry, type EntryOptions, Terminal } from "./terminal.ts";
import type { TypedLine } from "./typed-line.ts";

/** So often a person is asked the same question before the command ends. */
const MOST_TRIES = 3;

/** Milliseconds of silence that end a paste of several lines, which a slow connection may cut in pieces. */
const LONG_SILENCE = 300;

/** Milliseconds that a pipe, which nobody has closed, may take to bring the next line of an answer. */
const PATIENCE = 2000;

const DIFFERENT = "The two passwords differ; nothing was written.";

/**
 * How many of the lines make the answer; `undefined` when the next one has to be seen to tell.
 *
 * @param isAll whether no further line is on its way
 * @throws ProviderError when that cannot be told
 */
export type TakeLines = (lines: readonly string[], isAll: boolean) => number | undefined;

/** What speaks against a new password, in a sentence for the person who chose it. */
export type Objection = (password: Secret) => Promise<string | undefined>;

/** An answer of a person that cannot be taken, and why. */
class Rejected {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export class Prompt {
  readonly #input: NodeJS.ReadStream;
  readonly #terminal: Terminal;
  readonly #objection: Objection;
  #pipe: PipedLines | undefined;

  constructor(
    input: NodeJS.ReadStream = process.stdin,
    questions: NodeJS.WriteStream = process.stderr,
    objection: Objection = async () => undefined,
  ) {
    this.#input = input;
    this.#terminal = new Terminal(input, questions);
    this.#objection = objection;
  }

  /** Whether a person sits at the other end. */
  get isTerminal(): boolean {
    return this.#input.isTTY === true;
  }

  /**
   * Asks for one line. A person who enters several is told, and asked again.
   *
   * @param variable the variable that would have answered the question
   * @throws ProviderError `NO_ANSWER` when input ends before a line, `UNUSABLE` when it is no text
   */
  async ask(question: string, variable?: string): Promise<Secret> {
    if (!this.isTerminal) return new Secret(await this.#pipedLine(question, variable));
    return this.#untilAccepted(async () => {
      const { lines, begun } = await this.#typed(question, variable);
      return oneLine(begun.text === "" ? lines : [...lines, begun.text]);
    });
  }

  /**
   * Asks for an answer that may have several lines. At a terminal it is what was pasted together; what of it is left over
   * is told, and answers no other question.
   *
   * @throws ProviderError `NO_ANSWER`, `UNUSABLE` when it is no text
   */
  async askLines(question: string, take: TakeLines): Promise<Secret> {
    const lines = this.isTerminal
      ? await this.#typedLines(question, take)
      : await this.#pipedLines(question, take);
    return new Secret(lines.join("\n"));
  }

  /**
   * Asks for a new password twice. A person is asked again when the two differ or something speaks against the
   * password. From a pipe the second line may be absent: a script does not mistype.
   *
   * @throws ProviderError `UNUSABLE` when the two differ, `NO_ANSWER`
   */
  async askNew(question: string, variable?: string): Promise<Secret> {
    if (this.isTerminal) return this.#untilAccepted(() => this.#typedTwice(question, variable));
    const first = await this.#pipedLine(question, variable);
    const second = await this.#lines().next();
    if (second !== undefined && second !== first) throw new ProviderError("UNUSABLE", DIFFERENT);
    return new Secret(first);
  }

  /**
   * Asks a person whether to go on. An empty line is a no, and so is what is neither, again and again.
   *
   * @param variable the variable that would have answered the question
   * @throws ProviderError `NO_ANSWER` when input ends before an answer
   */
  async askYesNo(question: string, variable: string): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const entry = await this.#terminal.ask(question, { isShown: true, needsFreshAnswer: true });
      if (entry.kind !== "enter") throw unanswered(question, ["Answer yes or no", `set ${variable}=true`]);
      const answer = entry.lines.join("\n").trim().toLowerCase();
      if (["y", "yes"].includes(answer)) return true;
      if (["", "n", "no"].includes(answer)) return false;
      this.#terminal.say("Please answer yes or no.");
    }
    return false;
  }

  #lines(): PipedLines {
    this.#pipe ??= new PipedLines(this.#input);
    return this.#pipe;
  }

  async #pipedLine(question: string, variable?: string): Promise<string> {
    const line = await this.#lines().next();
    if (line === undefined) throw noAnswer(question, variable);
    return line;
  }

  async #pipedLines(question: string, take: TakeLines): Promise<readonly string[]> {
    const pipe = this.#lines();
    const lines = [await this.#pipedLine(question)];
    let count = take(lines, false);
    while (count === undefined) {
      const next = await pipe.next(PATIENCE);
      if (next !== undefined) lines.push(next);
      checkLength(lines);
      count = take(lines, next === undefined);
      if (next === undefined) count ??= lines.length;
    }
    pipe.putBack(lines.slice(count));
    return lines.slice(0, count);
  }

  /** What a person enters at a question, checked to be text. */
  async #typed(question: string, variable?: string, options?: EntryOptions): Promise<Entry> {
    const entry = await this.#terminal.ask(question, options);
    if (entry.kind !== "enter") throw noAnswer(question, variable);
    try {
      textOfBytes("What was typed", entry.bytes);
    } catch (error) {
      await this.#terminal.drain(LONG_SILENCE);
      throw error;
    }
    return { ...entry, lines: withoutEmptyEnd(entry.lines) };
  }

  async #typedLines(question: string, take: TakeLines): Promise<readonly string[]> {
    const lines: string[] = [];
    let asked = question;
    for (;;) {
      const entry = await this.#typed(asked, undefined, { silence: LONG_SILENCE });
      const came = entry.begun.text === "" ? entry.lines : [...entry.lines, entry.begun.text];
      lines.push(...came);
      checkLength(lines);
      // An empty line is the way out for somebody whose answer is not going to be complete.
      const isEnd = came.length === 1 && came[0] === "";
      const count = take(lines, true) ?? (isEnd ? lines.length : undefined);
      if (count !== undefined) {
        this.#tellLines(count, lines.slice(count));
        return lines.slice(0, count);
      }
      asked = `${question} (it goes on; an empty line ends it)`;
    }
  }

  #tellLines(taken: number, left: readonly string[]): void {
    if (taken > 1) this.#terminal.say(`${taken} lines were read as one answer.`);
    const more = left.filter((line) => line.trim() !== "").length;
    if (more > 0)
      this.#terminal.say(
        `After it came ${more === 1 ? "another line" : `${more} more lines`}, which were not used.`,
      );
  }

  /** Asks again for an answer that cannot be taken, but not for ever. */
  async #untilAccepted(ask: () => Promise<Secret | Rejected>): Promise<Secret> {
    for (let tries = 1; ; tries++) {
      const answer = await ask();
      if (answer instanceof Secret) return answer;
      if (tries === MOST_TRIES) {
        await this.#terminal.drain(LONG_SILENCE);
        throw new ProviderError("UNUSABLE", answer.reason);
      }
      this.#terminal.say(`${answer.reason} Please try again.`);
    }
  }

  async #typedTwice(question: string, variable?: string): Promise<Secret | Rejected> {
    const entry = await this.#typed(question, variable);
    const [first = "", second, ...more] = entry.lines;
    if (more.length > 0) return tooManyLines(entry.lines.length);
    const password = new Secret(first);
    const objection = await this.#objection(password);
    if (objection !== undefined) return new Rejected(objection);
    const again = second ?? (await this.#typedAgain(question, entry.begun, variable));
    if (again instanceof Rejected) return again;
    return again === first ? password : new Rejected(DIFFERENT);
  }

  async #typedAgain(question: string, begun: TypedLine, variable?: string): Promise<string | Rejected> {
    const { lines } = await this.#typed(`${question} (again)`, variable, { begun });
    const answer = oneLine(lines);
    return answer instanceof Rejected ? answer : answer.reveal();
  }
}

function oneLine(lines: readonly string[]): Secret | Rejected {
  return lines.length > 1 ? tooManyLines(lines.length) : new Secret(lines[0] ?? "");
}

function tooManyLines(count: number): Rejected {
  return new Rejected(`The answer has ${count} lines, and one is wanted; none of them was used.`);
}

/** The Enter after a paste that ends in a line break is not a line of its own. */
function withoutEmptyEnd(lines: readonly string[]): readonly string[] {
  return lines.length > 1 && lines.at(-1) === "" ? withoutEmptyEnd(lines.slice(0, -1)) : lines;
}

function checkLength(lines: readonly string[]): void {
  if (lines.reduce((sum, line) => sum + line.length + 1, 0) <= MAXIMUM_SECRET_BYTES) return;
  throw new ProviderError("UNUSABLE", "The answer is longer than any key or mnemonic (more than 64 KiB).");
}

function noAnswer(question: string, variable: string | undefined): ProviderError {
  const ways = ["Run it in a terminal", "send the answer through a pipe"];
  if (variable !== undefined) ways.push(`set ${variable}`);
  return unanswered(question, ways);
}

function unanswered(question: string, ways: readonly string[]): ProviderError {
  const others = ways.slice(0, -1).join(", ");
  const hint = `${others}, or ${ways.at(-1)}.`;
  return new ProviderError("NO_ANSWER", `Nobody answered the question "${question}".`, hint);
}
