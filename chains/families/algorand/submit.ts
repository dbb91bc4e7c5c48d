/**
 * The proof that a signed Algorand transaction can no longer land: the last round that may hold it is over. Rounds are final.
 * https://dev.algorand.co/concepts/transactions/overview/
 */
import type { ChainEnvironment, Proof, SignedTransaction } from "../../chain.ts";
import { jsonInteger, MAX_NONCE } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";

/** Rounds that the servers of transactions may be behind: about a minute. */
const MARGIN = 20n;

/**
 * Whether a round after the last valid one of these bytes is there. Whether an earlier one holds them, the API is asked besides.
 * @throws ChainError
 */
export async function proveLapsed(
  { expiry }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (expiry?.kind !== "height") return "none";
  const path = "/v3/algorand/block/current";
  const round = readAnswer(await environment.get(path), path, jsonInteger(MAX_NONCE));
  return round >= expiry.value + MARGIN ? "several-answers" : "none";
}
