import { describe, expect, test } from "bun:test";
import { LeaseWatch } from "../../../src/lease/watch.ts";
import type { LeaseRow } from "../../../src/store/tables/lease.ts";

const DURATION = 1000;
const GAP = 100;

const held: LeaseRow = {
  holder: new Uint8Array(16).fill(1),
  epoch: 4,
  renewals: 0,
  duration: DURATION,
  takenAt: 0,
};

/** Looks at one row every 100 ms from one time to another; the time at which it was found to be free. */
function watchUntilFree(watch: LeaseWatch, row: LeaseRow, from: number, to: number): number | undefined {
  for (let now = from; now <= to; now += GAP) if (watch.look(row, now) === "free") return now;
  return undefined;
}

describe("a lease", () => {
  test("that nobody ever took, or that was given back, is free", () => {
    expect(new LeaseWatch(GAP).look(undefined, 0)).toBe("free");
    expect(new LeaseWatch(GAP).look({ ...held, holder: null }, 0)).toBe("free");
  });

  test("is free once nothing was renewed for its whole duration", () => {
    expect(watchUntilFree(new LeaseWatch(GAP), held, 5000, 9000)).toBe(5000 + DURATION);
  });

  test("that is renewed stays held", () => {
    const watch = new LeaseWatch(GAP);
    for (let at = 0; at < 50; at++) {
      expect(watch.look({ ...held, renewals: Math.floor(at / 9) }, at * GAP)).not.toBe("free");
    }
  });

  test("shows a sign of life when it is renewed or changes hands", () => {
    const watch = new LeaseWatch(GAP);
    expect(watch.look(held, 0)).toBe("held");
    expect(watch.look(held, GAP)).toBe("held");
    expect(watch.look({ ...held, renewals: 1 }, 2 * GAP)).toBe("renewed");
    expect(watch.look({ ...held, epoch: 5 }, 3 * GAP)).toBe("renewed");
  });

  test("is waited for anew after a renewal", () => {
    const watch = new LeaseWatch(GAP);
    expect(watchUntilFree(watch, held, 0, DURATION - GAP)).toBeUndefined();
    expect(watchUntilFree(watch, { ...held, renewals: 1 }, DURATION, 5000)).toBe(2 * DURATION);
  });

  test("is not free because the watching process, or the whole machine, stood still for hours", () => {
    const watch = new LeaseWatch(GAP);
    watch.look(held, 0);
    expect(watch.look(held, 3_600_000)).toBe("held");
    expect(watchUntilFree(watch, held, 3_600_000 + GAP, 3_610_000)).toBe(3_600_000 + DURATION - GAP);
  });
});
