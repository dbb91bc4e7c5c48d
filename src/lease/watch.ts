/** The watch over another daemon's lease: whether its holder is alive, without trust in any wall clock. */
import type { LeaseRow } from "../store/tables/lease.ts";
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
    if (row === undefined || row.holder === null) return "free";
    const before = this.#seen;
    const gap = Math.min(now - this.#lookedAt, this.#longestGap);
    this.#seen = row;
    this.#lookedAt = now;
    if (before === undefined || !isUnchanged(before, row)) {
      this.#silence = 0;
      return before === undefined ? "held" : "renewed";
    }
    this.#silence += gap;
    return this.#silence >= row.duration ? "free" : "held";
  }
}
