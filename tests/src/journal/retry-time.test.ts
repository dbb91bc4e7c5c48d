import { describe, expect, test } from "bun:test";
import { boundedWait, isDue, waitBeforeRetry } from "../../../src/journal/retry-time.ts";

const PERIOD = 5000;
const MINUTE = 60_000;

function waits(attempts: readonly number[], asked?: number, period = PERIOD): number[] {
  return attempts.map((attempt) => waitBeforeRetry(attempt, period, asked));
}

describe("the wait before the next attempt", () => {
  test("begins with one period, doubles, and ends at five minutes", () => {
    expect(waits([1, 2, 3, 4, 7, 8, 100, 10_000])).toEqual(
      [1, 2, 4, 8, 60, 60, 60, 60].map((periods) => periods * PERIOD),
    );
  });

  test("is one period when that is longer than five minutes", () => {
    expect(waits([1, 2, 50], undefined, 20 * MINUTE)).toEqual(
      [20, 20, 20].map((minutes) => minutes * MINUTE),
    );
  });

  test("is at least what the other side asked for", () => {
    expect(waits([1, 5], 30_000)).toEqual([30_000, 80_000]);
    expect(waits([1], 10 * MINUTE)).toEqual([10 * MINUTE]);
  });

  test("is never longer than an hour, whatever the other side asks for", () => {
    expect(waits([1], 24 * 60 * MINUTE)).toEqual([60 * MINUTE]);
    expect(boundedWait(Number.MAX_SAFE_INTEGER)).toBe(60 * MINUTE);
  });
});

test("a job is due when its wait is over, or when the clock went back behind its last change", () => {
  const job = { attemptAt: 2000, updatedAt: 1000 };
  expect(isDue(job, 1000)).toBe(false);
  expect(isDue(job, 1999)).toBe(false);
  expect(isDue(job, 2000)).toBe(true);
  expect(isDue(job, 999)).toBe(true);
});

test("a wait of a day is kept; one that this program never sets is none", () => {
  const day = 24 * 60 * MINUTE;
  expect(isDue({ attemptAt: 1000 + day, updatedAt: 1000 }, 2000)).toBe(false);
  expect(isDue({ attemptAt: 1000 + 2 * day, updatedAt: 1000 }, 2000)).toBe(true);
  expect(isDue({ attemptAt: Number.MAX_SAFE_INTEGER, updatedAt: 1000 }, 2000)).toBe(true);
});
