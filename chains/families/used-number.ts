/** What the history of an account shows about a sequence number: which transaction has used it. */
import type { Proof, SignedTransaction } from "../chain.ts";

/** A transaction of an account that the network holds for good. */
export interface HeldTransaction {
  readonly number: bigint;
  /** Its id; of one that another wraps, both. */
  readonly ids: readonly string[];
}

/**
 * Whether a part of an account's history, one answer without a gap, shows that the number of these bytes is used up, and not by
 * them: it names another transaction with the number, or ones before and after it (the number may have been skipped). Never more
 * than `several-answers`, so that it is asked again some time later: what follows cannot be taken back.
 */
export function proofOfHistory(
  { sequence, transactionId }: SignedTransaction,
  history: readonly HeldTransaction[],
): Proof {
  if (sequence === undefined) return "none";
  const isOurs = (id: string): boolean => id.toLowerCase() === transactionId.toLowerCase();
  if (history.some(({ ids }) => ids.some(isOurs))) return "none";
  const some = (holds: (number: bigint) => boolean): boolean => history.some(({ number }) => holds(number));
  const { number } = sequence;
  const isUsed =
    some((held) => held === number) || (some((held) => held > number) && some((held) => held < number));
  return isUsed ? "several-answers" : "none";
}
