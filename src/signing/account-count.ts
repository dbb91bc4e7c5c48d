/** Whether the network's count of an account's transactions (its next nonce) may be believed when it jumps. */
import { ChainError } from "../../chains/error.ts";
import { ApiUnavailable, KmsError } from "../errors.ts";
import { pause } from "../http/retry.ts";
import type { Services } from "./services.ts";

/** A jump has to be there again so many milliseconds later: longer than one wrong answer and what is cached of it lasts. */
const JUMPS_APART = 10_000;

/** What a count is believed by. */
type Believing = Pick<Services, "sightings" | "runOnce" | "stopping">;

/** A count that a network told of an account. */
export interface TransactionCount {
  readonly ticker: string;
  /** As the journal names it. */
  readonly account: string;
  /** How many transactions the account has sent, which is its next number. */
  readonly counted: bigint;
  /** The journal's own next number; `undefined` when nothing was signed for the account yet. */
  readonly next: bigint | undefined;
  /** Asks for what is counted in blocks. */
  confirmed(): Promise<bigint>;
}

/**
 * Lets a count pass that the journal can explain. One above the journal's own next number means that somebody else signs for the
 * account, that the journal was turned back, or that something untrue was told: it passes when it is told again later and is
 * confirmed by the blocks. A transaction with a number that nobody reaches would wait for ever, called done.
 *
 * @throws ApiUnavailable for a jump that is not confirmed: nothing of the account is signed meanwhile
 */
export async function assertCountBelievable(
  count: TransactionCount,
  believing: Believing,
  warn: (message: string) => void,
): Promise<void> {
  const { ticker, account, counted, next } = count;
  const { sightings } = believing;
  if (next === undefined) return assertFirstCountBelievable(count, believing, warn);
  const what = `count ${ticker} ${account}`;
  if (counted <= next) return sightings.forget(what);
  const isOld = await isToldAgain(what, believing);
  const jump = `the network counts ${counted} transactions of ${account}, but the journal's next number is ${next}`;
  const confirmed = await confirmedCount(count);
  if (!isOld || typeof confirmed === "string" || confirmed < counted) {
    throw new ApiUnavailable(
      `Nothing is signed for the account until its count is confirmed: ${jump}. Somebody else may sign for it, or it is wrong.`,
    );
  }
  sightings.forget(what);
  warn(`${jump}; that was confirmed, so somebody else signs for the account. The number ${counted} is used.`);
}

/**
 * Lets the first count of an account pass that the journal has no history of, which nothing here can explain. What is counted
 * with the pool and what the blocks confirm have to agree: one below is wrong, its number is used; one above may be on its way, or
 * wrong, and waits for the blocks. Where no node tells what blocks hold there is nothing to hold it against; that is told. Where
 * one only fails to answer, the same count has to be told again later.
 *
 * @throws ApiUnavailable as long as they do not agree
 */
async function assertFirstCountBelievable(
  count: TransactionCount,
  believing: Believing,
  warn: (message: string) => void,
): Promise<void> {
  const { ticker, account, counted } = count;
  const what = `first count ${ticker} ${account} ${counted}`;
  const confirmed = await confirmedCount(count);
  if (confirmed === counted) return believing.sightings.forget(what);
  const told = `the network counts ${counted} transactions of ${account}, of which the journal knows none`;
  if (confirmed === "untold" || (confirmed === "unanswered" && (await isToldAgain(what, believing)))) {
    believing.sightings.forget(what);
    return warn(`${told}, and blocks could not be asked; the number is used.`);
  }
  const blocks =
    confirmed === "unanswered" ? "and blocks could not be asked yet" : `and blocks confirm ${confirmed}`;
  throw new ApiUnavailable(
    `Nothing is signed for the account until its first count is confirmed: ${told}, ${blocks}. Somebody else may sign for it, or it is wrong.`,
  );
}

/** Whether what is seen now was seen long enough before. A single run waits for it. */
async function isToldAgain(what: string, { sightings, runOnce, stopping }: Believing): Promise<boolean> {
  if (sightings.isSeenAgain(what, JUMPS_APART)) return true;
  if (!runOnce) return false;
  await pause(JUMPS_APART, stopping);
  return !stopping.aborted;
}

/** What the blocks confirm; whether no node tells that, or one that may tell it did not answer now. */
async function confirmedCount(count: TransactionCount): Promise<bigint | "untold" | "unanswered"> {
  try {
    return await count.confirmed();
  } catch (failure) {
    if (failure instanceof ChainError) return "untold";
    if (failure instanceof KmsError) return "unanswered";
    throw failure;
  }
}
