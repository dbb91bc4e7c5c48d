/**
 * The places in which requests to one host are sent: in the rate that it takes, by priority, none while it asked to wait
 * (`Retry-After`). Paced as by the generic cell rate algorithm (ITU-T I.371).
 */
import { AllowedRate, type Part } from "./allowed-rate.ts";
import { HttpFailure, type Priority } from "./message.ts";
import { retryAfter } from "./retry.ts";

const priorities: readonly Priority[] = ["broadcast", "payment", "poll"];

/** Who has waited longest gets each fifth place, whatever its priority, so that nobody waits for ever. */
const FAIR_TURN = 5;

/** Requests that may wait; one more is refused. */
const MAXIMUM_WAITING = 2000;

/** Milliseconds by which a place may come early, so that a late timer costs nothing. */
const SLACK = 20;

/** Milliseconds without requests after a refusal that names no time. */
const USUAL_PAUSE = 1000;

/** The longest time that a host may have all requests wait: 1 hour. */
const LONGEST_PAUSE = 3_600_000;

export interface Claim {
  readonly priority: Priority;
  /** Milliseconds that it is worth to wait for a place. */
  readonly patience: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** A place that was given: for one request, now or a little later. */
export interface GivenPlace {
  /** What the host answered. */
  answered(status: number, headers: Headers): void;
  /** It is not needed after all, and somebody else's. */
  release(): void;
}

interface Waiting {
  readonly since: number;
  readonly until: number;
  give(place: GivenPlace): void;
  fail(failure: HttpFailure): void;
}

/** The limit of one host, for all requests of the program. */
export class RateLimit {
  readonly #host: string;
  #rate: AllowedRate;
  /** Whether there is a limit of our own, beside what the host asks for in words. */
  #isOwn: boolean;
  readonly #now: () => number;
  readonly #waiting = new Map<Priority, Waiting[]>(priorities.map((priority) => [priority, []]));
  #turn = 0;
  /** Requests that were sent, or are about to be. */
  #given = 0;
  /** The part of what the host takes that is left to this process. */
  #fraction = 1;
  /** When the next place is free, and until when the host wants no request. */
  #next = 0;
  #pausedUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param host as errors name it
   * @param perSecond requests a second; 0 for none of our own, `undefined` to learn it from the host
   */
  constructor(host: string, perSecond: number | undefined, now: () => number = () => performance.now()) {
    this.#host = host;
    this.#rate = new AllowedRate(perSecond);
    this.#isOwn = perSecond !== 0;
    this.#now = now;
  }

  /** Has another rate count, also for those that wait; what the host asked for stays. @param perSecond as at the start */
  change(perSecond: number | undefined): void {
    this.#rate = new AllowedRate(perSecond);
    this.#isOwn = perSecond !== 0;
    const part = (perSecond ?? 0) * this.#fraction;
    if (part > 0) this.#rate.divide({ perSecond: part, atMost: part, isNews: false }, this.#now());
    this.#hasten();
  }

  /** Has a part of what the host takes count: others ask it too. @param whole requests a second that it takes from all */
  divide(part: Part, whole: number): void {
    this.#fraction = Math.min(1, part.perSecond / whole);
    this.#rate.divide(part, this.#now());
    this.#hasten();
  }

  /** Sends nothing for so many milliseconds, as the host asked somebody else. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + Math.min(milliseconds, LONGEST_PAUSE));
    for (const { until, fail } of priorities.flatMap((priority) => [...this.#lineOf(priority)]))
      if (until < this.#pausedUntil) fail(this.#limited());
    this.#schedule();
  }

  /** Those that wait do so no longer than another rate has them. */
  #hasten(): void {
    this.#next = Math.min(this.#next, this.#now() + this.#rate.interval);
    this.#schedule();
  }

  /** Requests a second that are sent at most, those that wait, and the milliseconds until the host wants the next one. */
  get state(): { readonly perSecond?: number; readonly waiting: number; readonly pausedFor: number } {
    const { perSecond } = this.#rate;
    const pausedFor = Math.max(0, this.#pausedUntil - this.#now());
    return { ...(perSecond !== undefined && { perSecond }), waiting: this.waiting, pausedFor };
  }

  /** How many requests got a place since the start. */
  get given(): number {
    return this.#given;
  }

  /** How many requests wait for a place. */
  get waiting(): number {
    return priorities.reduce((sum, priority) => sum + this.#lineOf(priority).length, 0);
  }

  /**
   * Waits for a place.
   * @throws HttpFailure `stopped`; `limited` when it would take longer than it is worth
   */
  async take(claim: Claim): Promise<GivenPlace> {
    if (claim.signal?.aborted === true) throw stopped();
    return this.waiting > 0 || this.#freeIn() > 0 ? this.#wait(claim) : this.#give();
  }

  #wait({ priority, patience, signal }: Claim): Promise<GivenPlace> {
    const now = this.#now();
    if (this.#pausedUntil > now + patience || this.waiting >= MAXIMUM_WAITING) throw this.#limited();
    const line = this.#lineOf(priority);
    const { promise, resolve, reject } = Promise.withResolvers<GivenPlace>();
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      line.splice(line.indexOf(waiting), 1);
    };
    const fail = (failure: HttpFailure): void => {
      leave();
      reject(failure);
    };
    const abort = (): void => fail(stopped());
    const timer = setTimeout(() => fail(this.#limited()), patience);
    const give = (place: GivenPlace): void => {
      leave();
      resolve(place);
    };
    const waiting: Waiting = { since: now, until: now + patience, give, fail };
    signal?.addEventListener("abort", abort, { once: true });
    line.push(waiting);
    this.#schedule();
    return promise;
  }

  #give(): GivenPlace {
    const sentAt = this.#now();
    this.#given += 1;
    const { interval } = this.#rate;
    this.#rate.sent(sentAt);
    this.#next = Math.max(this.#next, sentAt - SLACK) + interval;
    let isOpen = true;
    const once = (act: () => void): void => {
      if (isOpen) act();
      isOpen = false;
    };
    return {
      answered: (status, headers) => once(() => this.#learn(sentAt, status, headers)),
      release: () =>
        once(() => {
          this.#next -= interval;
          this.#given -= 1;
          this.#schedule();
        }),
    };
  }

  #learn(sentAt: number, status: number, headers: Headers): void {
    const now = this.#now();
    if (status !== 429) return;
    this.#rate.refused(sentAt, now);
    const asked = retryAfter(headers, Date.now()) ?? (this.#isOwn ? USUAL_PAUSE : 0);
    this.pause(asked);
  }

  /** Milliseconds until a place is free. */
  #freeIn(): number {
    return Math.max(this.#next, this.#pausedUntil) - this.#now();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.waiting === 0) return;
    this.#timer = setTimeout(() => this.#serve(), Math.max(0, this.#freeIn()));
  }

  #serve(): void {
    const next = this.#freeIn() > 0 ? undefined : this.#nextInLine();
    if (next !== undefined) {
      this.#rate.wanted(this.#now());
      next.give(this.#give());
    }
    this.#schedule();
  }

  #nextInLine(): Waiting | undefined {
    const first = priorities.flatMap((priority) => this.#lineOf(priority).slice(0, 1));
    this.#turn = (this.#turn + 1) % FAIR_TURN;
    return this.#turn === 0 ? first.toSorted((a, b) => a.since - b.since)[0] : first[0];
  }

  #lineOf(priority: Priority): Waiting[] {
    return this.#waiting.get(priority) as Waiting[];
  }

  #limited(): HttpFailure {
    const wait = Math.max(0, this.#pausedUntil - this.#now());
    return new HttpFailure("limited", `${this.#host} takes no more requests now`, {
      ...(wait > 0 && { retryAfter: wait }),
    });
  }
}

function stopped(): HttpFailure {
  return new HttpFailure("stopped", "stopped before the request was sent");
}
