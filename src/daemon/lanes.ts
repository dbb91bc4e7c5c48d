/**
 * Concurrency of one chain: work side by side, but that of one account one after another. What takes long keeps its account, and
 * makes way for others; what has to be asked before is asked ahead of the account's turn.
 */
import pLimit from "p-limit";

/** Transactions of one chain that are begun side by side. */
const PLACES = 32;

/** Transactions of one account that are asked about, or wait for its turn after that. */
const AHEAD = 8;

/** One in so many turns of an account is for what was tried before, however much is new. */
const REPEATED_EVERY = 8;

/** Milliseconds that one holds its place; whoever hangs longer goes on without one. */
const BUDGET = 100;

/** Transactions of one chain that are in work, be it without a place. */
const MAXIMUM_IN_WORK = 256;

/** What is done for one transaction. */
export interface Task {
  /** What needs no turn of the account; whether there is work left after it. Throws nothing. */
  readonly ahead?: (() => Promise<boolean>) | undefined;
  /** Throws nothing. */
  readonly work: () => Promise<void>;
  /** Whether it was tried before: what is new comes first, but for one turn in {@link REPEATED_EVERY}. */
  readonly isRepeated?: boolean;
}

type Begin = <Result>(work: () => Promise<Result>) => Promise<Result>;

interface Waiting extends Task {
  readonly end: () => void;
}

interface Asked extends Waiting {
  readonly hasWork: Promise<boolean>;
}

/** The turns of one account. */
class Lane {
  readonly #begin: Begin;
  readonly #new: Waiting[] = [];
  readonly #repeated: Waiting[] = [];
  /** In the order in which they have their turns; the first may be in work. */
  readonly #asked: Asked[] = [];
  #turns = 0;
  #isWorking = false;

  constructor(begin: Begin) {
    this.#begin = begin;
  }

  get isEmpty(): boolean {
    return this.#asked.length === 0;
  }

  add(task: Task): Promise<void> {
    const { promise, resolve: end } = Promise.withResolvers<void>();
    const queue = task.isRepeated === true ? this.#repeated : this.#new;
    queue.push({ ...task, end });
    this.#askNext();
    void this.#work();
    return promise;
  }

  #next(): Waiting | undefined {
    this.#turns += 1;
    const isRepeatedFirst = this.#turns % REPEATED_EVERY === 0;
    const [first, second] = isRepeatedFirst ? [this.#repeated, this.#new] : [this.#new, this.#repeated];
    return first.shift() ?? second.shift();
  }

  #askNext(): void {
    while (this.#asked.length < AHEAD) {
      const next = this.#next();
      if (next === undefined) return;
      const { ahead } = next;
      const asked: Asked = {
        ...next,
        hasWork: ahead === undefined ? Promise.resolve(true) : this.#begin(ahead),
      };
      this.#asked.push(asked);
      void asked.hasWork.then((hasWork) => hasWork || this.#ended(asked));
    }
  }

  #ended(asked: Asked): void {
    this.#asked.splice(this.#asked.indexOf(asked), 1);
    asked.end();
    this.#askNext();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let first = this.#asked[0]; first !== undefined; first = this.#asked[0]) {
      if (!(await first.hasWork)) continue;
      await this.#begin(first.work);
      this.#ended(first);
    }
    this.#isWorking = false;
  }
}

/** Runs work side by side, but that of one account one after another, in the order in which it was added. */
export class Lanes {
  readonly #limit = pLimit(PLACES);
  readonly #lanes = new Map<string, Lane>();
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
   * @returns when the work is done
   */
  add(account: string | undefined, task: Task): Promise<void> {
    const turn = account === undefined ? this.#begin(() => inOne(task)) : this.#laneOf(account).add(task);
    this.#turns.add(turn);
    return turn.finally(() => {
      this.#turns.delete(turn);
      if (account !== undefined && this.#lanes.get(account)?.isEmpty === true) this.#lanes.delete(account);
    });
  }

  /** Resolves when everything that was added is done. */
  async finished(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns);
  }

  #laneOf(account: string): Lane {
    const lane = this.#lanes.get(account) ?? new Lane((work) => this.#begin(work));
    this.#lanes.set(account, lane);
    return lane;
  }

  async #begin<Result>(work: () => Promise<Result>): Promise<Result> {
    const { promise: done, resolve } = Promise.withResolvers<Result>();
    await this.#limit(async () => {
      this.#inWork += 1;
      void work().then((result) => {
        this.#inWork -= 1;
        resolve(result);
      });
      await this.#endOrBudget(done);
    });
    return done;
  }

  /** Until the work is done, or has held its place for long enough and others can make use of it. */
  async #endOrBudget(done: Promise<unknown>): Promise<void> {
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

async function inOne({ ahead, work }: Task): Promise<void> {
  if (ahead === undefined || (await ahead())) await work();
}
