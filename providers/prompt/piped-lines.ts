/** The lines of standard input where it is a pipe or a file: one at a time, as bytes, so that each is read exactly. */
import { ProviderError } from "../error.ts";
import { MAXIMUM_SECRET_BYTES, textOfBytes } from "../support/secret-text.ts";

const LINE_BREAK = 0x0a;
const SOURCE = "The line on standard input";

/** Up to `limit` bytes of a stream's lines, without their line breaks. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(LINE_BREAK); end !== -1; end = rest.indexOf(LINE_BREAK)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAXIMUM_SECRET_BYTES) {
      throw new ProviderError("UNUSABLE", `${SOURCE} is longer than any password.`);
    }
  }
  if (rest.length > 0) yield rest;
}

/** What comes through the pipe; nothing where standard input cannot be read, such as a folder. */
async function* chunksOf(input: NodeJS.ReadStream): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = input[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(() => undefined);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

const TOO_LATE = Symbol("too late");

async function within<Value>(work: Promise<Value>, patience?: number): Promise<Value | typeof TOO_LATE> {
  if (patience === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<typeof TOO_LATE>((done) => {
    timer = setTimeout(() => done(TOO_LATE), patience);
  });
  return Promise.race([work, timeIsUp]).finally(() => clearTimeout(timer));
}

export class PipedLines {
  readonly #lines: AsyncIterator<Uint8Array>;
  /** Lines that were looked at, but are not the answer that was asked for. */
  #ahead: string[] = [];
  /** A line that somebody began to wait for. */
  #coming: Promise<string | undefined> | undefined;

  constructor(input: NodeJS.ReadStream) {
    this.#lines = linesOf(chunksOf(input));
  }

  /**
   * The next line; `undefined` at the end.
   *
   * @param patience milliseconds after which there is none yet; what comes later is the next line
   * @throws ProviderError `UNUSABLE` when it has no end or is not UTF-8
   */
  async next(patience?: number): Promise<string | undefined> {
    if (this.#ahead.length > 0) return this.#ahead.shift();
    this.#coming ??= this.#read();
    const came = await within(this.#coming, patience);
    if (came === TOO_LATE) return undefined;
    this.#coming = undefined;
    return came;
  }

  /** Has lines be read again. */
  putBack(lines: readonly string[]): void {
    this.#ahead = [...lines, ...this.#ahead];
  }

  async #read(): Promise<string | undefined> {
    const next = await this.#lines.next();
    return next.done === true ? undefined : textOfBytes(SOURCE, next.value).replace(/\r$/, "");
  }
}
