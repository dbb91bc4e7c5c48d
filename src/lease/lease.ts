/**
 * The lease on the work of one chain on one network: only the daemon that holds it signs and sends there. A daemon that was stopped for longer than its lease
 * and goes on finds a higher fencing epoch, and can write nothing any more.
 */

import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import type { Log } from "../operations/log.ts";
import type { Session, Store } from "../store/store.ts";
import {
  hasLeaseRow,
  type LeaseRow,
  MOST_COUNTED,
  readLeaseRow,
  releaseLeaseRow,
  renewLeaseRow,
  replaceLeaseRow,
  type TakenLease,
} from "../store/tables/lease.ts";
import { isSurelyDead, nameOfThisProcess } from "./holder.ts";

/** Renewals within one duration: two may fail before another daemon takes over. */
const RENEWALS_PER_DURATION = 3;

/** Whether two looks at the table show the same holder, without a sign of life in between. */
export function isUnchanged(before: LeaseRow, after: LeaseRow): boolean {
  return before.epoch === after.epoch && before.renewals === after.renewals;
}

/**
 * Whether a lease may be taken. In a database its clock alone decides, unless the holder is a process of this machine that is
 * dead; in a file, whoever watched it until now.
 */
function isFree(current: LeaseRow, seen: LeaseRow | undefined): boolean {
  const { holder, hasEnded } = current;
  if (holder === null || hasEnded === true) return true;
  if (seen === undefined || !isUnchanged(seen, current)) return false;
  return hasEnded !== false || isSurelyDead(holder);
}

/** What a lease is of. */
export interface LeaseSubject {
  readonly store: Store;
  /** Keyed hash of network and chain, and API key where that is not the default one, 32 bytes. */
  readonly leaseKey: Uint8Array;
  /** Of the journal that is written under it, where that is another one: both are changed one at a time. */
  readonly journalKey?: Uint8Array | undefined;
  /** Ticker, for the log. */
  readonly chain: string;
  readonly log: Log;
}

export class Lease {
  readonly #subject: LeaseSubject;
  readonly #row: TakenLease;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  #hasEnded = false;
  readonly #renewing: Promise<void>;

  /** Whether another process had it until now, and did not give it back. */
  readonly isTakenOver: boolean;

  private constructor(subject: LeaseSubject, row: TakenLease, isTakenOver: boolean) {
    this.#subject = subject;
    this.isTakenOver = isTakenOver;
    this.#row = row;
    this.#renewing = this.#keepRenewing();
  }

  /**
   * Takes the lease and keeps it until it is released or lost.
   *
   * @param seen The row as it was when the lease was found to be free.
   * @param duration Milliseconds without a renewal after which another daemon may take it.
   * @returns `undefined` when it is not free any more.
   * @throws KmsError `VAULT_BUSY`, `CANNOT_WRITE`, `VAULT_CORRUPT`
   */
  static async take(
    subject: LeaseSubject,
    seen: LeaseRow | undefined,
    duration: number,
  ): Promise<Lease | undefined> {
    const { store, leaseKey, journalKey = leaseKey, log, chain } = subject;
    const holder = nameOfThisProcess();
    const taken = await store.transaction(async (session) => {
      const current = await readLeaseRow(session, leaseKey);
      if (current !== undefined && !isFree(current, seen)) return undefined;
      if (current === undefined && (await hasLeaseRow(session, leaseKey))) {
        log.warn("The vault held a lease that no daemon wrote; it is taken anew.", {
          action: "lease-failed",
          chain,
        });
      }
      const next = {
        holder,
        epoch: (current === undefined || current.epoch === MOST_COUNTED ? 0 : current.epoch) + 1,
        duration: Math.ceil(duration),
      };
      await replaceLeaseRow(session, leaseKey, next);
      return { row: next, isTakenOver: current !== undefined && current.holder !== null };
    }, journalKey);
    return taken && new Lease(subject, taken.row, taken.isTakenOver);
  }

  /** Set once the lease is not this daemon's any more, with the `KmsError` that says why. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether it was lost by the database's clock alone: it was not renewed in time, and nobody else had taken it by then. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Checks in a transaction of the journal that whoever writes may do so.
   * @throws KmsError `LEASE_LOST`, `ROLLED_BACK`
   */
  async assertHeld(session: Session): Promise<void> {
    const current = await readLeaseRow(session, this.#subject.leaseKey);
    const loss = this.#isIn(current) ? this.#ending(current) : this.#displacement(current);
    if (loss === undefined) return;
    this.#lost.abort(loss);
    throw loss;
  }

  #isIn(current: LeaseRow | undefined): boolean {
    const { holder, epoch } = this.#row;
    return (
      current?.epoch === epoch && current.holder !== null && Buffer.compare(current.holder, holder) === 0
    );
  }

  #ending(current: LeaseRow | undefined): KmsError | undefined {
    if (current?.hasEnded !== true) return undefined;
    this.#hasEnded = true;
    return new KmsError("LEASE_LOST", "The lease ended before it was renewed; nothing is changed under it.");
  }

  #displacement(current: LeaseRow | undefined): KmsError {
    const { epoch } = this.#row;
    if (current !== undefined && current.epoch < epoch) {
      return new KmsError(
        "ROLLED_BACK",
        `The vault was turned back to an older state while it was in use: its lease has epoch ${current.epoch}, not ${epoch}.`,
        {
          hint: "What was signed since is not in its journal: it could be paid again. Put the file back that was there.",
        },
      );
    }
    return new KmsError("LEASE_LOST", "Another daemon works on this chain now; this one changes nothing.");
  }

  /** Gives the lease back, so that another daemon can go on at once. Throws nothing. */
  async release(): Promise<void> {
    this.#released.abort();
    await this.#renewing;
    const { store, leaseKey, journalKey = leaseKey, log, chain } = this.#subject;
    try {
      await store.transaction((session) => releaseLeaseRow(session, leaseKey, this.#row), journalKey);
    } catch (failure) {
      const event = { action: "lease-failed", chain, failure } as const;
      log.warn(`The lease could not be given back: ${describeFailure(failure)}`, event);
    }
  }

  async #keepRenewing(): Promise<void> {
    const { store, leaseKey, journalKey = leaseKey, log, chain } = this.#subject;
    const { duration } = this.#row;
    while (true) {
      await pause(duration / RENEWALS_PER_DURATION, this.#released.signal);
      if (this.#released.signal.aborted || this.#lost.signal.aborted) return;
      try {
        await store.transaction(async (session) => {
          if (!(await renewLeaseRow(session, leaseKey, this.#row))) await this.assertHeld(session);
        }, journalKey);
      } catch (failure) {
        if (this.#lost.signal.aborted) return;
        const event = { action: "lease-failed", chain, failure } as const;
        log.error(`The lease could not be renewed: ${describeFailure(failure)}`, event);
      }
    }
  }
}

/**
 * For a command that writes beside the daemons: what keeps it from writing once the work was handed to another daemon since
 * this look. One that goes on with its work may: what both change is compared in each transaction.
 */
export async function besideDaemon(
  store: Store,
  leaseKey: Uint8Array,
): Promise<{ assertHeld(session: Session): Promise<void> }> {
  const seen = await store.read((session) => readLeaseRow(session, leaseKey));
  return {
    async assertHeld(session) {
      const current = await readLeaseRow(session, leaseKey);
      if (current?.epoch === seen?.epoch) return;
      throw new KmsError("LEASE_LOST", "Another daemon took over the work meanwhile; nothing was changed.", {
        hint: "Look again, and run the command once more.",
      });
    },
  };
}
