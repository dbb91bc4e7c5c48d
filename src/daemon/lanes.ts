/** Concurrency of one chain: work side by side, but that of one account one after another. */
import pLimit from "p-limit";

/** Transactions of one chain that are worked on side by side. */
const CONCURRENT_TRANSACTIONS = 8;

/** Runs work side by side, but that of one account one after another, in the order in which it was added. */
export class Lanes {
  readonly #limit = pLimit(CONCURRENT_TRANSACTIONS);
  readonly #last = new Map<string, Promise<void>>();
  readonly #all: Promise<void>[] = [];

  /**
   * Begins the work as soon as its account and a place are free.
   * @param account absent where the order does not matter
   * @param work throws nothing
   */
  add(account: string | undefined, work: () => Promise<void>): void {
    const before = account === undefined ? undefined : this.#last.get(account);
    const turn = before === undefined ? this.#limit(work) : before.then(() => this.#limit(work));
    if (account !== undefined) this.#last.set(account, turn);
    this.#all.push(turn);
  }

  /** Resolves when everything that was added is done. */
  async finished(): Promise<void> {
    await Promise.all(this.#all);
  }
}
