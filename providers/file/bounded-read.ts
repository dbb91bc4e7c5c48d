/** A secret read from an open file descriptor, within bounds of time and size. */
import { read } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ProviderError } from "../error.ts";
import { MAXIMUM_SECRET_BYTES, tooLong } from "../support/secret-text.ts";

const readChunk = promisify(read);

const CHUNK_BYTES = 4096;
const LINE_BREAK = 0x0a;

/** Milliseconds between two looks at a pipe that has nothing to read yet. */
const PAUSE = 20;

export interface ReadOptions {
  /** What is read, at the beginning of a sentence. */
  readonly source: string;
  /** Milliseconds until it has to be complete. */
  readonly timeLimit: number;
  /** Stop after the first line break instead of at the end. */
  readonly oneLine?: boolean;
  /** An end before the first byte means that nobody has opened the other side of the pipe yet. */
  readonly awaitWriter?: boolean;
}

/** The next bytes, none at the end; `undefined` while there are none yet. */
async function nextBytes(descriptor: number): Promise<Uint8Array | undefined> {
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const { bytesRead } = await readChunk(descriptor, chunk, 0, CHUNK_BYTES, null);
    return chunk.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

async function readAll(descriptor: number, options: ReadOptions, end: AbortSignal): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  while (!end.aborted) {
    const next = await nextBytes(descriptor);
    const isWriterMissing = next?.length === 0 && bytes.length === 0 && options.awaitWriter === true;
    if (next === undefined || isWriterMissing) {
      await sleep(PAUSE);
      continue;
    }
    bytes = Buffer.concat([bytes, next], Math.min(bytes.length + next.length, MAXIMUM_SECRET_BYTES + 1));
    const lineBreak = options.oneLine === true ? bytes.indexOf(LINE_BREAK) : -1;
    if (lineBreak !== -1) return bytes.subarray(0, lineBreak + 1);
    if (bytes.length > MAXIMUM_SECRET_BYTES) throw tooLong(options.source);
    if (next.length === 0) return bytes;
  }
  return bytes;
}

/**
 * Reads to the end, or to the first line break, which is part of the result. A read that blocks is left alone when time
 * is up: it ends with the process.
 *
 * @throws ProviderError `UNREACHABLE` when time is up, `UNUSABLE` when there is too much
 * @throws the error of the system when it cannot be read
 */
export async function readBounded(descriptor: number, options: ReadOptions): Promise<Uint8Array> {
  const end = new AbortController();
  const timeIsUp = sleep(options.timeLimit, undefined, { signal: end.signal }).then(
    () => undefined,
    () => undefined,
  );
  try {
    const bytes = await Promise.race([readAll(descriptor, options, end.signal), timeIsUp]);
    if (bytes !== undefined) return bytes;
  } finally {
    end.abort();
  }
  throw new ProviderError(
    "UNREACHABLE",
    `${options.source} gave no complete secret within ${options.timeLimit / 1000} seconds.`,
    "Check that something writes the secret and closes its side afterwards.",
  );
}
