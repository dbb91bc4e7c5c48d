/** The way of a daemon to the lease: it stands by until nobody else has it. */

import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { type LeaseRow, readLeaseRow } from "../store/tables/lease.ts";
import { isSurelyDead } from "./holder.ts";
import { Lease, type LeaseSubject } from "./lease.ts";
import { LeaseWatch } from "./watch.ts";

/** Looks at the lease within one duration; but never more than this many milliseconds apart. */
const LOOKS_PER_DURATION = 20;
const LONGEST_PAUSE = 500;

/** After a failed look, in milliseconds. */
const LONGEST_REST = 5_000;

export interface LeaseOptions extends LeaseSubject {
  /** For people: which chain on which network. */
  readonly work: string;
  /** Milliseconds without a renewal after which another daemon may take the lease. */
  readonly duration: number;
  readonly stopping: AbortSignal;
  /** Of a daemon that stands by in another place: milliseconds for which nobody else may have had the lease. */
  readonly standby?: number | undefined;
  /** The name of a holder, for people. */
  readonly nameOf?: (holder: Uint8Array) => Promise<string | undefined>;
}

interface Obstacle {
  readonly holder: LeaseRow;
  /** Whether it was seen to renew its lease. */
  readonly isAlive: boolean;
}

/** For how long a lease was seen to be nobody's, by looks that are not far apart. */
class FreeTime {
  readonly #longestGap: number;
  #lookedAt: number | undefined;
  #freeFor = 0;

  /** @param longestGap Milliseconds: of a longer gap between two looks, in which this process stood still, no more is counted. */
  constructor(longestGap: number) {
    this.#longestGap = longestGap;
  }

  /** @returns milliseconds */
  look(isFree: boolean, now: number): number {
    const gap = this.#lookedAt === undefined ? 0 : Math.min(now - this.#lookedAt, this.#longestGap);
    this.#lookedAt = isFree ? now : undefined;
    this.#freeFor = isFree ? this.#freeFor + gap : 0;
    return this.#freeFor;
  }
}

/** Takes the lease as soon as it is free; `undefined` when the program is stopped before. */
async function obtain(
  options: LeaseOptions,
  onObstacle: (obstacle: Obstacle) => Promise<void>,
): Promise<Lease | undefined> {
  const { store, leaseKey, duration, stopping, standby = 0 } = options;
  const interval = Math.min(duration / LOOKS_PER_DURATION, LONGEST_PAUSE);
  const watch = new LeaseWatch(2 * interval);
  const freeTime = new FreeTime(2 * interval);
  while (!stopping.aborted) {
    const row = await store.read((session) => readLeaseRow(session, leaseKey));
    const now = performance.now();
    const finding = watch.look(row, now);
    const isLeftBehind = row !== undefined && row.holder !== null && isSurelyDead(row.holder);
    const isFree = finding === "free" || isLeftBehind;
    const freeFor = freeTime.look(isFree, now);
    if (isFree && freeFor >= standby) {
      const lease = await Lease.take(options, row, duration);
      if (lease !== undefined) return lease;
    } else if (!isFree && row !== undefined) {
      await onObstacle({ holder: row, isAlive: finding === "renewed" });
    }
    await pause(interval, stopping);
  }
  return undefined;
}

function since({ takenAt }: LeaseRow): string {
  return new Date(takenAt).toISOString();
}

/**
 * Stands by until the lease is free and takes it. What goes wrong meanwhile is logged; it is tried again.
 * @returns `undefined` when the program is stopped before.
 */
export async function waitForLease(options: LeaseOptions): Promise<Lease | undefined> {
  const { log, stopping, duration, work, chain } = options;
  let told: number | undefined;
  const tell = async ({ holder }: Obstacle): Promise<void> => {
    if (told === holder.epoch) return;
    told = holder.epoch;
    const name = holder.holder === null ? undefined : await options.nameOf?.(holder.holder);
    const whose = name === undefined ? "" : `; it is node ${name}`;
    log.info(`Another daemon holds the lease since ${since(holder)}, for ${work}${whose}; standing by.`, {
      action: "lease-awaited",
      chain,
    });
  };
  while (!stopping.aborted) {
    try {
      const lease = await obtain(options, tell);
      if (lease !== undefined && (told !== undefined || lease.isTakenOver))
        log.info(`The lease is free, for ${work}; this daemon takes over.`, { action: "lease-taken", chain });
      return lease;
    } catch (failure) {
      const event = { action: "lease-failed", chain, failure } as const;
      log.error(`The lease of ${work} could not be taken: ${describeFailure(failure)}`, event);
      await pause(Math.min(duration, LONGEST_REST), stopping);
    }
  }
  return undefined;
}

/**
 * Takes the lease unless a daemon is alive that holds it. One that crashed is found out within the duration of its lease.
 * @returns `undefined` when the program is stopped before.
 * @throws KmsError `VAULT_BUSY` when another daemon holds it
 */
export function takeLeaseNow(options: LeaseOptions): Promise<Lease | undefined> {
  return obtain(options, async ({ holder, isAlive }) => {
    if (!isAlive) return;
    throw new KmsError(
      "VAULT_BUSY",
      `Another daemon works on this vault since ${since(holder)}, for ${options.work}.`,
      {
        hint: "Stop it first, or leave the work to it.",
      },
    );
  });
}
