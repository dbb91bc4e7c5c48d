/**
 * A process of its own for code that is not ours, as the program sees it: a vendor's PKCS#11 module, the SDK of a cloud. It shares
 * no memory with the root key, and it may hang, crash or talk nonsense. It is asked over a channel that nobody else has.
 */
import * as v from "valibot";

export interface WorkerSettings {
  /** The command line that starts the process, which calls `serveParent`. */
  readonly command: readonly [string, ...string[]];
  /** What the code may see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds that one answer may take; then the process is ended. */
  readonly timeLimit: number;
}

/**
 * Why there is no answer: the system does not let the process start, it was silent for too long and was ended, it ended by itself,
 * or what it said has an unknown shape.
 */
export type WorkerFault = "not-started" | "silent" | "gone" | "nonsense";

export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly fault: WorkerFault;

  /** @param detail the system's reason, or how the process ended */
  constructor(fault: WorkerFault, detail = "") {
    super(detail);
    this.fault = fault;
  }
}

const failureSchema = v.strictObject({
  code: v.pipe(v.string(), v.maxLength(40)),
  message: v.pipe(v.string(), v.maxLength(2000)),
  hint: v.optional(v.pipe(v.string(), v.maxLength(2000))),
});
/** An error as a process tells it. */
export type WorkerFailure = v.InferOutput<typeof failureSchema>;

/** The code in the process answered with an error. */
export class WorkerRefusal extends Error {
  override readonly name = "WorkerRefusal";
  readonly failure: WorkerFailure;

  constructor(failure: WorkerFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Answers carry the number of their question; what a result looks like, the user of the process checks. */
const answerSchema = v.union([
  v.strictObject({ number: v.number(), result: v.unknown() }),
  v.strictObject({ number: v.number(), failure: failureSchema }),
]);

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Child = Bun.Subprocess<"ignore", "ignore", "ignore">;

export class WorkerProcess {
  readonly #timeLimit: number;
  readonly #child: Child;
  #waiting: Waiting | undefined;
  #number = -1;
  #hasEnded = false;

  /**
   * Starts the process.
   * @throws WorkerError `not-started`
   */
  constructor(settings: WorkerSettings) {
    this.#timeLimit = settings.timeLimit;
    this.#child = this.#start(settings);
    this.#child.unref();
  }

  #start({ command, environment }: WorkerSettings): Child {
    try {
      return Bun.spawn([...command], {
        // What the code prints could hold anything, so nobody reads it.
        stdio: ["ignore", "ignore", "ignore"],
        env: environment,
        serialization: "json",
        ipc: (message: unknown) => this.#hear(message),
        onExit: (_, status, signal) => {
          this.#hasEnded = true;
          this.#fail(new WorkerError("gone", String(this.#child.signalCode ?? signal ?? status)));
        },
      });
    } catch (error) {
      throw new WorkerError("not-started", error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * One question. One at a time: the caller waits for its end.
   *
   * @returns the answer, of any shape
   * @throws WorkerError, WorkerRefusal
   */
  ask(request: unknown): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(new WorkerError("gone"));
    this.#number += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(new WorkerError("silent"));
        this.end();
      }, this.#timeLimit);
      const settled =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer);
          settle(value);
        };
      this.#waiting = { resolve: settled(resolve), reject: settled(reject) };
      try {
        this.#child.send({ number: this.#number, request });
      } catch {
        this.#fail(new WorkerError("gone"));
      }
    });
  }

  /** Ends the process, whatever it does. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  #hear(message: unknown): void {
    const parsed = v.safeParse(answerSchema, message);
    if (!parsed.success || parsed.output.number !== this.#number) {
      this.#fail(new WorkerError("nonsense"));
      this.end();
    } else if ("result" in parsed.output) {
      this.#settle()?.resolve(parsed.output.result);
    } else {
      this.#fail(new WorkerRefusal(parsed.output.failure));
    }
  }

  #fail(error: Error): void {
    this.#settle()?.reject(error);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
