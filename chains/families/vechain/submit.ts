/**
 * What became of a signed transaction: where it stands, and the proof that it has expired unused.
 * https://mainnet.vechain.org/doc/stoplight-ui/
 */

import type { ChainEnvironment, Proof, SignedTransaction, Whereabouts } from "../../chain.ts";
import { block, transaction } from "./node.ts";

/** Where a transaction stands; a node tells of its pool as well. @throws ChainError */
export async function locate(
  { transactionId }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Whereabouts> {
  const found = await transaction(transactionId, "pending=true", environment);
  if (found === null) return "absent";
  return found.meta == null ? "pooled" : "confirmed";
}

/**
 * Whether the network can no longer take the transaction and never did: the last block that may hold it is final, and
 * the chain that ends in the final block does not hold it. The node is asked about the chain of just that block: one that
 * lags behind does not know the block, and says so.
 *
 * @throws ChainError
 */
export async function proveExpired(
  { expiry, transactionId }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (expiry?.kind !== "height") return "none";
  const { number, id } = await block("finalized", environment);
  if (number < expiry.value) return "none";
  return (await transaction(transactionId, `head=${id}`, environment)) === null ? "one-answer" : "none";
}
