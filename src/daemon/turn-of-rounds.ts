/** The rounds of one turn at a chain: each begins by the clock, and all are worked off side by side. */
import { boundedWait } from "../journal/retry-time.ts";
import type { BegunRound } from "./round.ts";

export class TurnOfRounds {
  readonly #inWork = new Set<Promise<void>>();
  readonly #tell: (failure: unknown) => void;
  #fatal: { readonly failure: unknown } | undefined;
  #isOver = false;

  /** @param tell throws what the daemon must not go on after */
  constructor(tell: (failure: unknown) => void) {
    this.#tell = tell;
  }

  /** Whether another round is to begin. */
  get goOn(): boolean {
    return !this.#isOver && this.#fatal === undefined;
  }

  /**
   * Begins a round.
   *
   * @param begin gives nothing when no work is left, which ends the turn
   * @returns the milliseconds until there may be another one at the earliest
   */
  async begin(begin: () => Promise<BegunRound | undefined>): Promise<number> {
    try {
      const begun = await begin();
      if (begun === undefined) {
        this.#isOver = true;
        return 0;
      }
      const followed = begun.ended.then(
        () => undefined,
        (failure: unknown) => this.#note(failure),
      );
      this.#inWork.add(followed);
      void followed.finally(() => this.#inWork.delete(followed));
      const { retryAfter = 0, readingTime = 0 } = begun;
      // What a long list holds needs as much time as it took to read.
      return Math.max(readingTime, boundedWait(retryAfter));
    } catch (failure) {
      this.#note(failure);
      return 0;
    }
  }

  /** @throws what the daemon must not go on after */
  async finished(): Promise<void> {
    await Promise.all(this.#inWork);
    if (this.#fatal !== undefined) throw this.#fatal.failure;
  }

  #note(failure: unknown): void {
    try {
      this.#tell(failure);
    } catch {
      this.#fatal ??= { failure };
    }
  }
}
