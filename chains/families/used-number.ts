/** What the history of an account shows about a sequence number: which transaction has used it. */
import * as v from "valibot";
import type { Proof, SignedTransaction } from "../chain.ts";

/** A transaction that the network holds for good. */
export interface HeldTransaction {
  readonly account: string;
  /** The sequence number that it has used; 0 where it has none. */
  readonly number: bigint;
  /** Its id; of one that another wraps, both. */
  readonly ids: readonly string[];
}

/** The entries of a history, all of them or none: one that is not understood may be the very bytes that are looked for. */
export const historyOf = (entry: v.GenericSchema<unknown, HeldTransaction>) =>
  v.pipe(v.array(v.unknown(), "must be an array"), v.fallback(v.array(entry), []));

/**
 * Whether a part of an account's history, one answer without a gap, shows that the number of these bytes is used up, and not by
 * them: it names another transaction with the number, or ones before and after it (the number may have been skipped). Never more
 * than `several-answers`, so that it is asked again some time later: what follows cannot be taken back.
 *
 * @param ask for the history of an account
 */
export async function proofOfHistory(
  { sequence, transactionId }: SignedTransaction,
  ask: (account: string) => Promise<readonly HeldTransaction[]>,
): Promise<Proof> {
  if (sequence === undefined) return "none";
  const history = await ask(sequence.account);
  const isOurs = (id: string): boolean => id.toLowerCase() === transactionId.toLowerCase();
  if (history.some(({ ids }) => ids.some(isOurs))) return "none";
  const own = history.filter(({ account, number }) => account === sequence.account && number !== 0n);
  const some = (holds: (number: bigint) => boolean): boolean => own.some(({ number }) => holds(number));
  const { number } = sequence;
  const isUsed =
    some((held) => held === number) || (some((held) => held > number) && some((held) => held < number));
  return isUsed ? "several-answers" : "none";
}
