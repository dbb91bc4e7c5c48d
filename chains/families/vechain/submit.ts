/**
 * What became of a VeChainThor transaction that was sent: the proof that it expired unused.
 * https://docs.vechain.org/thor/learn/transaction-model
 */

import type { ChainEnvironment, SignedTransaction } from "../../chain.ts";
import { block, isIncluded } from "./node.ts";

/**
 * Whether the network can no longer take the transaction and never did: the last block that may hold it is final, and
 * the chain does not hold it. A best block that is not final could still be replaced by one that holds it.
 *
 * @throws ChainError
 */
export async function isExpired(signed: SignedTransaction, environment: ChainEnvironment): Promise<boolean> {
  const { expiry, transactionId } = signed;
  if (expiry?.kind !== "height") return false;
  const { number } = await block("finalized", environment);
  return number >= expiry.value && !(await isIncluded(transactionId, environment));
}
