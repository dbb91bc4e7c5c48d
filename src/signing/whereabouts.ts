/** Where signed bytes stand, by everybody who can be asked: nodes of their chain, and the Tatum API. */
import type { Chain, ChainEnvironment, SignedTransaction, Whereabouts } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import { KmsError } from "../errors.ts";
import type { Job } from "../journal/job.ts";
import type { Completion, TatumApi } from "../tatum/api.ts";

export interface Witnesses {
  readonly chain: Pick<Chain, "facts" | "locate">;
  readonly environment: ChainEnvironment;
  readonly api: TatumApi;
}

/**
 * One who has seen the bytes is enough. That they are absent has to be said by all who can be asked: an answer that is missing
 * or cannot be understood makes it unclear.
 */
export async function whereaboutsOf(
  signed: SignedTransaction,
  witnesses: Witnesses,
): Promise<Whereabouts | "unclear"> {
  const { chain, api } = witnesses;
  const located = await locate(signed, witnesses);
  if (located !== "absent" && located !== "unclear") return located;
  const told = await api.isOnChain(chain.facts.broadcastPath, signed.transactionId);
  if (told === "yes") return "confirmed";
  if (told === "failed" || told === "pooled") return told;
  return told === "no" ? located : "unclear";
}

/** By the chain's nodes; absent where there are none to ask. */
async function locate(
  signed: SignedTransaction,
  { chain, environment }: Witnesses,
): Promise<Whereabouts | "unclear"> {
  if (chain.locate === undefined) return "absent";
  try {
    return await chain.locate(signed, environment);
  } catch (failure) {
    if (failure instanceof ChainError || failure instanceof KmsError) return "unclear";
    throw failure;
  }
}

/** What the API says of a job's transaction. A job of none is wanted until the network has its bytes. */
export async function completionOf({ id, isRepair }: Job, api: TatumApi): Promise<Completion> {
  return isRepair === true ? { kind: "not-completed" } : api.completion(id);
}
