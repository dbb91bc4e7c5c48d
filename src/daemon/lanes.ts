/**
 * Concurrency of one chain: work side by side, but that of one account one after another. What takes long keeps its account, and
 * makes way for others.
 */
import pLimit from "p-limit";

/** Transactions of one chain that are begun side by side. */
const PLACES = 8;

/** Milliseconds that one holds its place; whoever hangs longer goes on without one. */
const BUDGET = 100;

/** Transactions of one chain that are in work, be it without a place. */
const MAXIMUM_IN_WORK = 256;

/** Runs work side by side, but that of one account one after another, in the order in which it was added. */
export class Lanes {
  readonly #limit = pLimit(PLACES);
  readonly #last = new Map<string, Promise<void>>();
  readonly #turns = new Set<Promise<void>>();
  readonly #isHeldUp: () => boolean;
  #inWork = 0;

  /** @param isHeldUp whether what all work needs is used up, so that more of it at a time would only wait */
  constructor(isHeldUp: () => boolean = () => false) {
    this.#isHeldUp = isHeldUp;
  }

  /**
   * Begins the work as soon as its account and a place are free.
   * @param account absent where the order does not matter
   * @param work throws nothing
   * @returns when the work is done
   */
  add(account: string | undefined, work: () => Promise<void>): Promise<void> {
    const before = account === undefined ? undefined : this.#last.get(account);
    const turn = before === undefined ? this.#begin(work) : before.then(() => this.#begin(work));
    if (account !== undefined) this.#last.set(account, turn);
    this.#turns.add(turn);
    return turn.finally(() => {
      this.#turns.delete(turn);
      if (account !== undefined && this.#last.get(account) === turn) this.#last.delete(account);
    });
  }

  /** Resolves when everything that was added is done. */
  async finished(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns);
  }

  async #begin(work: () => Promise<void>): Promise<void> {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    await this.#limit(async () => {
      this.#inWork += 1;
      void work().finally(() => {
        this.#inWork -= 1;
        resolve();
      });
      await this.#endOrBudget(done);
    });
    await done;
  }

  /** Until the work is done, or has held its place for long enough and others can make use of it. */
  async #endOrBudget(done: Promise<void>): Promise<void> {
    let isDone = false;
    const end = done.then(() => {
      isDone = true;
    });
    do {
      const { promise: budget, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, BUDGET);
      await Promise.race([end, budget]);
      clearTimeout(timer);
    } while (!isDone && (this.#inWork >= MAXIMUM_IN_WORK || this.#isHeldUp()));
  }
}
