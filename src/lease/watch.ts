/**
 * The watch over another daemon's lease: whether its holder is alive. In a database its clock says so; in a file this process
 * watches, without trust in any wall clock.
 */
import { KmsError } from "../errors.ts";
import type { Session, Store } from "../store/store.ts";
import { type LeaseRow, readLeaseRows } from "../store/tables/lease.ts";
import { isSurelyDead } from "./holder.ts";
import { isUnchanged } from "./lease.ts";

/** What a look at the lease of another daemon shows: nobody has it, its holder may be alive, its holder is alive. */
export type Finding = "free" | "held" | "renewed";

/** A holder is gone when it renewed nothing for a whole duration while this process was looking. */
export class LeaseWatch {
  readonly #longestGap: number;
  #seen: LeaseRow | undefined;
  #lookedAt = 0;
  /** Milliseconds without a renewal that this process was awake for. */
  #silence = 0;

  /**
   * @param longestGap Milliseconds between two looks at most. Of a longer gap, in which this process itself or the whole
   * machine stood still, no more is counted.
   */
  constructor(longestGap: number) {
    this.#longestGap = longestGap;
  }

  /** @param now milliseconds of a clock that only ever goes forward */
  look(row: LeaseRow | undefined, now: number): Finding {
    if (row === undefined || row.holder === null || row.hasEnded === true) return "free";
    const before = this.#seen;
    const gap = Math.min(now - this.#lookedAt, this.#longestGap);
    this.#seen = row;
    this.#lookedAt = now;
    if (before === undefined || !isUnchanged(before, row)) {
      this.#silence = 0;
      return before === undefined ? "held" : "renewed";
    }
    this.#silence += gap;
    return row.hasEnded !== false && this.#silence >= row.duration ? "free" : "held";
  }
}

/** Milliseconds between two looks at the leases of a whole vault. */
const LOOK_AGAIN = 200;

/** The leases whose holders may be alive. */
async function livingLeases(session: Session): Promise<LeaseRow[]> {
  const rows = await readLeaseRows(session);
  return rows.filter(({ holder }) => holder !== null && !isSurelyDead(holder));
}

function busy(): KmsError {
  return new KmsError("VAULT_BUSY", "A daemon works on this vault.", {
    hint: "Stop it first. Nothing was changed.",
  });
}

/**
 * Waits until it is clear that no daemon holds a lease of a store.
 *
 * @returns tells in a later transaction whether that still holds
 * @throws KmsError `VAULT_BUSY` when one renews its lease
 */
export async function untilNoneHeld(store: Store): Promise<(session: Session) => Promise<void>> {
  const watches: LeaseWatch[] = [];
  let left: LeaseRow[] = [];
  for (;;) {
    left = await store.read(livingLeases);
    const findings = left.map((row, at) => {
      watches[at] ??= new LeaseWatch(2 * LOOK_AGAIN);
      return watches[at].look(row, performance.now());
    });
    if (findings.includes("renewed")) throw busy();
    if (findings.every((finding) => finding === "free")) break;
    await Bun.sleep(LOOK_AGAIN);
  }
  return async (session) => {
    const now = await livingLeases(session);
    const isSame = (row: LeaseRow, at: number): boolean => {
      const before = left[at];
      return before !== undefined && isUnchanged(before, row);
    };
    if (!now.every(isSame)) throw busy();
  };
}
