/** What happened, by pending transaction, account and transaction id: what is printed when something is found. */

/** So many events are kept of one subject: the first half of them and the latest. */
const KEPT = 400;

export class History {
  readonly #events = new Map<string, string[]>();
  readonly #now: () => number;
  readonly #start: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
  }

  /** Notes an event of a subject; `week` is the subject of what concerns all. */
  note(subject: string, event: string): void {
    const events = this.#events.get(subject) ?? [];
    if (events.length >= KEPT) events.splice(KEPT / 2, 1);
    events.push(`${this.#clock()} ${event}`);
    this.#events.set(subject, events);
  }

  of(subject: string): readonly string[] {
    return this.#events.get(subject) ?? [];
  }

  /** Hours, minutes and seconds since the start. */
  #clock(): string {
    const seconds = (this.#now() - this.#start) / 1000;
    const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
    return parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
  }
}
