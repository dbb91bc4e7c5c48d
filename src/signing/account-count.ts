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
  if (next === undefined) return assertFirstCountBelievable(count, warn);
  const what = `count ${ticker} ${account}`;
  if (counted <= next) return sightings.forget(what);
  const isOld = await isToldAgain(what, believing);
  const jump = `the network counts ${counted} transactions of ${account}, but the journal's next number is ${next}`;
  const confirmed = await confirmedCount(count);
  if (!isOld || confirmed === undefined || confirmed < counted) {
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
 * wrong, and waits for the blocks. Where the blocks cannot be asked there is nothing to hold it against; that is told.
 *
 * @throws ApiUnavailable as long as they do not agree
 */
async function assertFirstCountBelievable(
  count: TransactionCount,
  warn: (message: string) => void,
): Promise<void> {
  const { account, counted } = count;
  const confirmed = await confirmedCount(count);
  if (confirmed === counted) return;
  const told = `the network counts ${counted} transactions of ${account}, of which the journal knows none`;
  if (confirmed === undefined) return warn(`${told}, and blocks could not be asked; the number is used.`);
  throw new ApiUnavailable(
    `Nothing is signed for the account until its first count is confirmed: ${told}, and blocks confirm ${confirmed}. Somebody else may sign for it, or it is wrong.`,
  );
}

/** Whether what is seen now was seen long enough before. A single run waits for it. */
async function isToldAgain(what: string, { sightings, runOnce, stopping }: Believing): Promise<boolean> {
  if (sightings.isSeenAgain(what, JUMPS_APART)) return true;
  if (!runOnce) return false;
  await pause(JUMPS_APART, stopping);
  return !stopping.aborted;
}

/** What the blocks confirm; `undefined` when they cannot be asked. */
async function confirmedCount(count: TransactionCount): Promise<bigint | undefined> {
  try {
    return await count.confirmed();
  } catch (failure) {
    if (failure instanceof ChainError || failure instanceof KmsError) return undefined;
    throw failure;
  }
}
