/** Whether the network's count of an account's transactions (its next nonce) may be believed when it jumps. */
import { ChainError } from "../../chains/error.ts";
import { ApiUnavailable, KmsError } from "../errors.ts";
import { pause } from "../http/retry.ts";
import type { Services } from "./services.ts";

/** A jump has to be there again so many milliseconds later: longer than one wrong answer and what is cached of it lasts. */
const JUMPS_APART = 10_000;

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
  { sightings, runOnce, stopping }: Pick<Services, "sightings" | "runOnce" | "stopping">,
  warn: (message: string) => void,
): Promise<void> {
  const { ticker, account, counted, next } = count;
  const what = `count ${ticker} ${account}`;
  if (next === undefined || counted <= next) return sightings.forget(what);
  let isOld = sightings.isSeenAgain(what, JUMPS_APART);
  if (!isOld && runOnce) {
    await pause(JUMPS_APART, stopping);
    isOld = !stopping.aborted;
  }
  const jump = `the network counts ${counted} transactions of ${account}, but the journal's next number is ${next}`;
  if (!isOld || !((await confirmedCount(count)) >= counted)) {
    throw new ApiUnavailable(
      `Nothing is signed for the account until its count is confirmed: ${jump}. Somebody else may sign for it, or it is wrong.`,
    );
  }
  sightings.forget(what);
  warn(`${jump}; that was confirmed, so somebody else signs for the account. The number ${counted} is used.`);
}

/** What the blocks confirm; nothing when they cannot be asked. */
async function confirmedCount(count: TransactionCount): Promise<bigint> {
  try {
    return await count.confirmed();
  } catch (failure) {
    if (failure instanceof ChainError || failure instanceof KmsError) return -1n;
    throw failure;
  }
}
