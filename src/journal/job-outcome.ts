/** How one pending transaction ended a round. */
export const outcomes = [
  /** Broadcast and acknowledged. */
  "done",
  /** The four-eye server said no. */
  "denied",
  /** Not signed; the cause was or will be reported. */
  "failed",
  /** Something did not answer; it is tried again. */
  "waiting",
  /** Needs a person. */
  "parked",
  /** Not due, or finished before. */
  "skipped",
] as const;
export type Outcome = (typeof outcomes)[number];

/** Outcomes after which a single run has nothing left to do. */
export function isFinished(outcome: Outcome): boolean {
  return outcome === "done" || outcome === "denied" || outcome === "skipped";
}
