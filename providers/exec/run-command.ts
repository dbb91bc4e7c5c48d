/** A command whose output is a secret: its run, bounded in time and size. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { ProviderError } from "../error.ts";
import { MAXIMUM_SECRET_BYTES, tooLong } from "../support/secret-text.ts";
import type { CommandWords } from "./command-words.ts";

type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface CommandOptions {
  /** What to call it. The command itself is never shown. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly timeLimit: number;
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends the command with everything it started: it leads a process group of its own. */
function killGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** Has a signal that ends this program end the command first, which the terminal no longer reaches. */
function endTogether(child: Child): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    killGroup(child);
    stop();
    process.kill(process.pid, signal);
  };
  const stop = (): void => {
    for (const signal of endingSignals) process.off(signal, onSignal);
  };
  for (const signal of endingSignals) process.on(signal, onSignal);
  return stop;
}

function cannotStart(name: string, { code }: NodeJS.ErrnoException): ProviderError {
  return new ProviderError(
    "NOT_CONFIGURED",
    `The secret could not be fetched: ${name} cannot be started (${code ?? "unknown error"}).`,
    'It is the path of one program, or a JSON array of words as in ["/usr/bin/pass","show","kms"]; blanks separate nothing.',
  );
}

function failed(name: string, ending: string, wroteErrors: boolean): ProviderError {
  const hint = wroteErrors
    ? "It wrote to standard error, which is not shown since it could hold secrets; run it by hand to see it."
    : "It wrote nothing to standard error.";
  return new ProviderError("UNREACHABLE", `The secret could not be fetched: ${name} ${ending}.`, hint);
}

/** Some of the system's errors are thrown, with the command in their message; the others are told by an event. */
function start([program, ...args]: CommandWords, { name, environment }: CommandOptions): Child {
  try {
    return spawn(program, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environment },
    });
  } catch (error) {
    throw cannotStart(name, error as NodeJS.ErrnoException);
  }
}

/** Waits for the end of a command and of its output. */
function outputOf(child: Child, { name, timeLimit }: CommandOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let wroteErrors = false;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<Uint8Array>((done, fail) => {
    const giveUp = (error: unknown): void => {
      killGroup(child);
      fail(error);
    };
    timer = setTimeout(() => {
      giveUp(failed(name, `did not end within ${timeLimit / 1000} seconds`, wroteErrors));
    }, timeLimit);
    child.stdout.on("data", (chunk: Uint8Array) => {
      length += chunk.length;
      if (length > MAXIMUM_SECRET_BYTES) giveUp(tooLong(`The output of ${name}`));
      else chunks.push(chunk);
    });
    child.stderr.on("data", () => {
      wroteErrors = true;
    });
    child.once("error", (error) => fail(cannotStart(name, error)));
    child.once("close", (status, signal) => {
      const ending = signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
      if (status === 0) done(Buffer.concat(chunks));
      else fail(failed(name, ending, wroteErrors));
    });
  });
  return ended.finally(() => clearTimeout(timer));
}

/**
 * The standard output of a command, run without a shell and without standard input.
 *
 * @throws ProviderError `NOT_CONFIGURED` when it cannot be started, `UNREACHABLE` when it fails or takes too long,
 * `UNUSABLE` when it writes too much
 */
export async function runCommand(words: CommandWords, options: CommandOptions): Promise<Uint8Array> {
  const child = start(words, options);
  const stopListening = endTogether(child);
  try {
    return await outputOf(child, options);
  } finally {
    stopListening();
  }
}
