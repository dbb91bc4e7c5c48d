/**
 * The transactions of a store, whatever its engine: one at a time in a process, changes that wait sharing one commit, and what
 * waits to be read one look.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import pLimit from "p-limit";
import { KmsError } from "../errors.ts";
import type { Session } from "./store.ts";

/**
 * What a transaction is for: it sees one state and changes nothing, nobody else writes during it, or nobody who writes what belongs
 * to these networks and chains.
 */
export type Purpose = "read" | "change" | readonly Uint8Array[];

/**
 * Runs `work` in a transaction of the engine and commits it; undoes it when `work` throws. The session it gets runs statements on
 * the engine's one connection.
 * @throws KmsError what the engine's errors mean, and what `work` throws
 */
export type Transact = <Result>(
  purpose: Purpose,
  work: (session: Session) => Promise<Result>,
) => Promise<Result>;

/** Changes that share one commit at most, and readings that share one transaction: a long one keeps other processes from writing. */
const MOST_SHARING = 64;

/** Work that waits for the next transaction. */
interface Waiting {
  readonly work: (session: Session) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Work that waits for the next commit. */
interface Change extends Waiting {
  readonly leaseKey: Uint8Array | undefined;
}

export class Transactions {
  readonly #transact: Transact;
  /** Transactions that began side by side on one connection would be one transaction. */
  readonly #oneAtATime = pLimit(1);
  readonly #waiting: Change[] = [];
  readonly #readings: Waiting[] = [];
  /** Tells a transaction that is asked for inside another one, which would wait for itself for ever. */
  readonly #running = new AsyncLocalStorage<{ active: boolean }>();

  constructor(transact: Transact) {
    this.#transact = transact;
  }

  /** See {@link Store.read}. */
  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#refuseInside();
    const reading = new Promise<unknown>((resolve, reject) => {
      this.#readings.push({ work, resolve, reject });
    });
    // The first turn takes all that wait by then; the turns of the others find nothing left to do.
    void this.#oneAtATime(() => this.#readWaiting());
    return reading as Promise<Result>;
  }

  /** See {@link Store.transaction}. */
  change<Result>(work: (session: Session) => Promise<Result>, leaseKey?: Uint8Array): Promise<Result> {
    this.#refuseInside();
    const change = new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ leaseKey, work, resolve, reject });
    });
    // Whoever is as far as to change something in this turn of the event loop shares the commit. The first turn takes all that
    // wait by then; the turns of the others find nothing left to do.
    void turnOfLoop().then(() => this.#oneAtATime(() => this.#commitWaiting()));
    return change as Promise<Result>;
  }

  /** Work on the connection that is no transaction, when none is open. */
  between<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#refuseInside();
    return this.#oneAtATime(work);
  }

  #refuseInside(): void {
    if (!this.#running.getStore()?.active) return;
    throw new KmsError("INTERNAL", "A transaction was asked for inside a transaction.");
  }

  /** Reads what waits to be read, in one transaction. Throws nothing: each reading is told its own end. */
  async #readWaiting(): Promise<void> {
    let readings: readonly Waiting[] = this.#readings.splice(0, MOST_SHARING);
    while (readings.length > 0) {
      const ends = await this.#readTogether(readings);
      for (const end of ends) end();
      readings = readings.slice(ends.length);
    }
  }

  /** @returns what tells the first of the readings their ends: all, or those up to the one whose work throws */
  async #readTogether(readings: readonly Waiting[]): Promise<(() => void)[]> {
    const ends: (() => void)[] = [];
    let failed: Waiting | undefined;
    try {
      await this.#transact("read", async (session) => {
        for (failed of readings) {
          const { resolve } = failed;
          const result = await this.#use(session, failed.work);
          ends.push(() => resolve(result));
        }
        failed = undefined;
      });
      return ends;
    } catch (error) {
      // After an error an engine may give no more answers in the transaction: the readings that are left get another one.
      if (failed !== undefined) return [...ends, () => failed?.reject(error)];
      return readings.map(
        ({ reject }) =>
          () =>
            reject(error),
      );
    }
  }

  /** Commits the changes that wait, all at once. Throws nothing: each change is told its own end. */
  async #commitWaiting(): Promise<void> {
    const changes = this.#waiting.splice(0, MOST_SHARING);
    if (changes.length === 0) return;
    try {
      const ends = await this.#transact(purposeOf(changes), (session) => this.#carryOutAll(session, changes));
      for (const end of ends) end();
    } catch (error) {
      for (const { reject } of changes) reject(error);
    }
  }

  /** @returns what tells each its end, once all are committed */
  async #carryOutAll(session: Session, changes: readonly Change[]): Promise<(() => void)[]> {
    const [first, ...others] = changes;
    if (first !== undefined && others.length === 0) {
      const result = await this.#use(session, first.work);
      return [() => first.resolve(result)];
    }
    const ends: (() => void)[] = [];
    for (const change of changes) ends.push(await this.#carryOut(session, change));
    return ends;
  }

  /**
   * One change of several: when its work throws, it alone is undone.
   * @returns what tells it its end, once all are committed
   */
  async #carryOut(session: Session, { work, resolve, reject }: Change): Promise<() => void> {
    await session.execute("SAVEPOINT change");
    try {
      const result = await this.#use(session, work);
      await session.execute("RELEASE change");
      return () => resolve(result);
    } catch (error) {
      try {
        await session.execute("ROLLBACK TO change");
        await session.execute("RELEASE change");
      } catch {
        // The whole transaction is undone already, and the first error says why.
        throw error;
      }
      return () => reject(error);
    }
  }

  async #use<Result>(session: Session, work: (session: Session) => Promise<Result>): Promise<Result> {
    const state = { active: true };
    try {
      return await this.#running.run(state, () => work(whileActive(session, state)));
    } finally {
      state.active = false;
    }
  }
}

/** What all of these need: their leases, or everything where one of them does. */
function purposeOf(changes: readonly Change[]): Purpose {
  const leaseKeys = changes.flatMap(({ leaseKey }) => leaseKey ?? []);
  return leaseKeys.length === changes.length ? leaseKeys : "change";
}

function whileActive(session: Session, state: { readonly active: boolean }): Session {
  const assertActive = (): void => {
    if (!state.active) throw new KmsError("INTERNAL", "A transaction was used after its end.");
  };
  return {
    clock: session.clock,
    query: async (statement, values) => {
      assertActive();
      return session.query(statement, values);
    },
    execute: async (statement, values) => {
      assertActive();
      return session.execute(statement, values);
    },
  };
}
