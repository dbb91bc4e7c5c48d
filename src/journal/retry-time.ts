/** When a job is tried again. */
import type { JobRow } from "../store/tables/job.ts";
import { type JobState, jobStates } from "./job.ts";
import { quarantinedState } from "./records.ts";
import { settledState } from "./settled.ts";

/** However long something fails, it is tried again at least so often: 5 minutes, in milliseconds. */
const MAXIMUM_WAIT = 5 * 60 * 1000;

/** A wait that the other side asks for is kept, unless it is longer than an hour. */
const MAXIMUM_ASKED = 60 * 60 * 1000;

/** No wait is longer: the longest period, a day, with an hour to spare; in milliseconds. */
const LONGEST_WAIT = 25 * 60 * 60 * 1000;

/** Milliseconds to wait when the other side asked for `asked`. */
export function boundedWait(asked: number): number {
  return Math.min(asked, MAXIMUM_ASKED);
}

/**
 * How long to wait after `attempts` tries in a row without success: the waits grow from one period, doubling, up to
 * five minutes (or one period, if that is longer). A wait that the other side asked for is kept, up to an hour.
 *
 * @param period milliseconds between polls
 * @returns milliseconds
 */
export function waitBeforeRetry(attempts: number, period: number, asked = 0): number {
  const longest = Math.max(MAXIMUM_WAIT, period);
  const growing = period * 2 ** Math.min(Math.max(attempts - 1, 0), 16);
  return Math.max(Math.min(longest, growing), boundedWait(asked));
}

/**
 * Whether it is time to try a job again. One that was changed in the future shows that the clock went back: its wait means
 * nothing any more. Nor does a wait that this program never sets: the times are not sealed.
 *
 * @param now milliseconds since 1970
 */
export function isDue(
  { attemptAt, updatedAt }: { readonly attemptAt: number; readonly updatedAt: number },
  now: number,
): boolean {
  return attemptAt <= now || now < updatedAt || attemptAt > updatedAt + LONGEST_WAIT;
}

/** The state that a row counts as while nothing is to be done for it. */
export function restingState(row: JobRow, now: number): JobState | undefined {
  if (row.state === settledState) return "done";
  if (row.state === quarantinedState) return "parked";
  const state = jobStates.find((known) => known === row.state);
  return state === "cancelled" || state === "parked" || !isDue(row, now) ? state : undefined;
}
