/** Policies: what has to agree before a pending transaction is signed. */
import type { Intent } from "../../../chains/chain.ts";
import type { ListedTransaction } from "../../tatum/pending-transaction.ts";

export type Decision =
  | { readonly kind: "approved" }
  /** It was looked at, and the answer is no. It may be yes later. The reason goes on from the policy's name. */
  | { readonly kind: "refused"; readonly reason: string }
  /** No decision: no connection, no answer in time, a redirect, a server error. The reason goes on likewise. */
  | { readonly kind: "unreachable"; readonly reason: string; readonly retryAfter?: number };

export interface Policy {
  /** As it is called in logs, after "the". */
  readonly name: string;
  /**
   * Decides about one transaction, once.
   * @param intents what the transaction would do
   */
  decide(listed: ListedTransaction, intents: readonly Intent[]): Promise<Decision>;
}

/** What all policies decide together. */
export type JointDecision =
  | Extract<Decision, { kind: "approved" }>
  | (Exclude<Decision, { kind: "approved" }> & {
      /** The name of the policy that did not approve. */
      readonly by: string;
    });

/** The first decision that is no approval; an approval when every policy gives it. */
export async function decide(
  policies: readonly Policy[],
  listed: ListedTransaction,
  intents: readonly Intent[],
): Promise<JointDecision> {
  for (const policy of policies) {
    const decision = await policy.decide(listed, intents);
    if (decision.kind !== "approved") return { ...decision, by: policy.name };
  }
  return { kind: "approved" };
}
