/**
 * A second thread of this process that signs, and verifies what it signed, while many payments wait: on one core, or with few of
 * them, there is none. It does nothing else: it opens no file and no connection, and is given for one signature at a time the
 * bytes that the key signs with, in memory that both share and both overwrite. What it fails at is signed by the caller, with
 * the same bytes: signatures are deterministic, and nothing but the caller records or sends any.
 */
import { availableParallelism } from "node:os";
import { parentPort, Worker } from "node:worker_threads";
import { ed25519Signature } from "../../chains/keys/ed25519.ts";
import { isOwnSignature, rememberVerified, secp256k1Signature } from "../../chains/keys/secp256k1.ts";
import type { Curve, SigningKey, SigningScheme } from "../../chains/signing-key.ts";

/** Signatures that are wanted within ten seconds before a thread is begun for more of them. */
const BUSY = 100;
const COUNTED = 10_000;

/** Milliseconds without a signature after which the thread ends, and its memory with it. */
const IDLE = 30_000;

/** Milliseconds after which a thread counts as hung; a signature takes less than one, on a busy machine some. */
const PATIENCE = 5_000;

/** Signatures that it has before it; with more the caller is faster. */
const PLACES = 32;

/** Of the longest key: 64 on the Edwards curves. */
const KEY_BYTES = 64;
const keyBytes: Readonly<Record<Curve, number>> = { secp256k1: 32, ed25519: 64, "ed25519-bip32": 64 };

/** What a thread is asked for; the key lies in the place of this number. */
interface Order {
  readonly place: number;
  readonly curve: Curve;
  readonly scheme: SigningScheme;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
}

interface Answer {
  readonly place: number;
  /** Absent where it failed. */
  readonly signature?: Uint8Array | undefined;
}

/** What the thread says first. */
const READY = "ready";

function placeOf(shared: SharedArrayBuffer, { place, curve }: Pick<Order, "place" | "curve">): Uint8Array {
  return new Uint8Array(shared, place * KEY_BYTES, keyBytes[curve]);
}

/** Signs, and verifies on secp256k1; on the Edwards curves the caller verifies faster than he asks. */
function signatureOf(
  { curve, scheme, publicKey, message }: Order,
  secret: Uint8Array,
): Uint8Array | undefined {
  if (curve !== "secp256k1") return ed25519Signature(secret, publicKey, message);
  const signature = secp256k1Signature(scheme, secret, message);
  const isVerified =
    scheme === "signBitcoinCashSchnorr" || isOwnSignature(scheme, signature, message, publicKey);
  return isVerified ? signature : undefined;
}

function answerTo(order: Order, shared: SharedArrayBuffer): Answer {
  const place = placeOf(shared, order);
  const secret = Uint8Array.from(place);
  place.fill(0);
  try {
    return { place: order.place, signature: signatureOf(order, secret) };
  } catch {
    return { place: order.place };
  } finally {
    secret.fill(0);
  }
}

/** What the thread does: it signs as often as it is asked to. @param shared where the keys lie */
export function serveSignatures(shared: SharedArrayBuffer): void {
  parentPort?.on("message", (order: Order) => parentPort?.postMessage(answerTo(order, shared)));
  parentPort?.postMessage(READY);
}

/** Begins a thread that shares this memory. */
export type BeginThread = (shared: SharedArrayBuffer) => Worker;

const beginThread: BeginThread = (shared) => {
  // The executable is one file, whose threads begin where it does. The environment holds secrets, and is not needed.
  const isExecutable = import.meta.url.includes("$bunfs");
  const main = isExecutable ? Bun.main : new URL("../main.ts", import.meta.url);
  return new Worker(main, { env: {}, workerData: shared });
};

/** A thread, as long as it works. */
class RunningThread {
  readonly #shared = new SharedArrayBuffer(PLACES * KEY_BYTES);
  readonly #worker: Worker;
  readonly #patience: number;
  readonly #onEnd: (problem: unknown) => void;
  /** What waits for an answer, by its place. */
  readonly #waiting = new Map<number, (signature: Uint8Array | undefined) => void>();
  readonly #free = Array.from({ length: PLACES }, (_, place) => place);
  #isReady = false;
  #hasEnded = false;

  constructor(begin: BeginThread, patience: number, onEnd: (problem: unknown) => void) {
    this.#patience = patience;
    this.#onEnd = onEnd;
    this.#worker = begin(this.#shared);
    this.#worker.unref();
    this.#worker.on("message", (answer: Answer | typeof READY) => this.#hear(answer));
    for (const event of ["error", "messageerror", "exit"] as const)
      this.#worker.on(event, (problem: unknown) => this.end(problem ?? event));
  }

  get isWaitedFor(): boolean {
    return this.#waiting.size > 0;
  }

  /** @returns `undefined` when it has no place for it */
  sign(
    key: SigningKey,
    scheme: SigningScheme,
    message: Uint8Array,
  ): Promise<Uint8Array | undefined> | undefined {
    const { curve, publicKey } = key;
    const place = this.#isReady && key.copyInto !== undefined ? this.#free.pop() : undefined;
    if (place === undefined) return undefined;
    key.copyInto?.(placeOf(this.#shared, { place, curve }));
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    const timer = setTimeout(() => this.end(`no answer within ${this.#patience} ms`), this.#patience);
    this.#waiting.set(place, (signature) => {
      clearTimeout(timer);
      resolve(signature);
    });
    this.#worker.postMessage({ place, curve, scheme, publicKey, message } satisfies Order);
    return promise;
  }

  #hear(answer: Answer | typeof READY): void {
    if (answer === READY) {
      this.#isReady = true;
      return;
    }
    const { place, signature } = answer;
    const told = this.#waiting.get(place);
    if (told === undefined) return;
    this.#waiting.delete(place);
    new Uint8Array(this.#shared, place * KEY_BYTES, KEY_BYTES).fill(0);
    this.#free.push(place);
    told(signature);
  }

  /** Ends it at once; what waits for it gets no signature. */
  end(problem?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isReady = false;
    new Uint8Array(this.#shared).fill(0);
    // No answer that is on its way counts any more.
    this.#worker.removeAllListeners();
    this.#worker.on("error", () => undefined);
    void this.#worker.terminate();
    for (const told of this.#waiting.values()) told(undefined);
    this.#waiting.clear();
    this.#onEnd(problem);
  }
}

export interface SigningThreadOptions {
  readonly cores?: number;
  readonly begin?: BeginThread;
  /** Milliseconds. */
  readonly patience?: number;
  readonly idle?: number;
  /** Told of a thread that failed; no other one is begun after it. */
  readonly onFailure?: (problem: unknown) => void;
}

export class SigningThread {
  readonly #options: Required<SigningThreadOptions>;
  #running: RunningThread | undefined;
  #hasFailed = false;
  /** Since when the signatures are counted that are wanted. */
  #since = 0;
  #wanted = 0;
  #end: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SigningThreadOptions = {}) {
    const defaults = { patience: PATIENCE, idle: IDLE, onFailure: () => undefined };
    this.#options = { cores: availableParallelism(), begin: beginThread, ...defaults, ...options };
  }

  /** Whether there is a thread. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Has the thread sign, where there is one or it is time for one. The key is read before this returns.
   *
   * @param message as the scheme of the key takes it
   * @returns `undefined` when the caller signs; the promise gives it when the thread failed
   */
  sign(
    key: SigningKey,
    scheme: SigningScheme,
    message: Uint8Array,
  ): Promise<Uint8Array | undefined> | undefined {
    const thread = this.#threadFor();
    const signing = thread?.sign(key, scheme, message);
    if (signing === undefined || key.curve !== "secp256k1") return signing;
    return signing.then((signature) => {
      try {
        if (signature !== undefined) rememberVerified(scheme, signature, message, key.publicKey);
        return signature;
      } catch {
        return undefined; // Not two numbers below the order.
      }
    });
  }

  /** Ends the thread. */
  end(): void {
    clearTimeout(this.#end);
    this.#running?.end();
  }

  #threadFor(): RunningThread | undefined {
    if (this.#options.cores < 2 || this.#hasFailed) return undefined;
    const isBusy = this.#isBusy();
    if (this.#running === undefined && !isBusy) return undefined;
    try {
      this.#running ??= new RunningThread(this.#options.begin, this.#options.patience, (problem) =>
        this.#ended(problem),
      );
    } catch (problem) {
      this.#ended(problem);
      return undefined;
    }
    this.#endWhenIdle();
    return this.#running;
  }

  #endWhenIdle(): void {
    clearTimeout(this.#end);
    const end = (): void => (this.#running?.isWaitedFor === true ? this.#endWhenIdle() : this.end());
    this.#end = setTimeout(end, this.#options.idle);
    this.#end.unref();
  }

  /** Counts one more signature that is wanted. */
  #isBusy(): boolean {
    const now = performance.now();
    if (now - this.#since > COUNTED) {
      this.#since = now;
      this.#wanted = 0;
    }
    this.#wanted += 1;
    return this.#wanted >= BUSY;
  }

  #ended(problem: unknown): void {
    this.#running = undefined;
    if (problem === undefined) return;
    this.#hasFailed = true;
    this.#options.onFailure(problem);
  }
}
