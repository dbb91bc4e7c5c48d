/** Whether signed bytes can ever land, by the word of their chain, and what is told of those that cannot. */
import type { Chain, ChainEnvironment, Proof, SignedTransaction } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import { KmsError } from "../errors.ts";
import type { Sightings } from "./sightings.ts";

/** The ways in which it is shown, as {@link Chain} has them. */
export type Prove = "proveExpired" | "proveLapsed" | "proveReplaced";

/**
 * What several answers tell together has to be told again so many milliseconds later: 5 minutes, longer than nodes that are in
 * use at all lag behind each other.
 */
export const PROOFS_APART = 5 * 60_000;

interface Asked {
  readonly chain: Pick<Chain, Prove | "facts">;
  readonly environment: ChainEnvironment;
}

/** `undefined` without an answer, which takes nothing back that was shown before. */
export async function proofOf(
  signed: SignedTransaction,
  prove: Prove,
  { chain, environment }: Asked,
): Promise<Proof | undefined> {
  try {
    return await chain[prove]?.(signed, environment);
  } catch (failure) {
    if (failure instanceof ChainError || failure instanceof KmsError) return undefined;
    throw failure;
  }
}

/** Whether it is shown well enough by now. Without a proof bytes count as on their way. */
export async function isProven(
  signed: SignedTransaction,
  prove: Prove,
  { sightings, ...asked }: Asked & { readonly sightings: Sightings },
): Promise<boolean> {
  const what = `${prove} ${asked.chain.facts.ticker} ${signed.transactionId}`;
  const proof = await proofOf(signed, prove, asked);
  if (proof === "none") sightings.forget(what);
  return proof === "one-answer" || (proof === "several-answers" && sightings.isSeenAgain(what, PROOFS_APART));
}

export function replacedProblem({ sequence }: Pick<SignedTransaction, "sequence">): string {
  if (sequence === undefined)
    return "another transaction spends an output that the bytes signed here spend: they cannot land beside it";
  const { number, account } = sequence;
  return `another transaction has used the number ${number} of ${account}: the bytes signed here can never land`;
}

export function lapsedProblem({ transactionId }: Pick<SignedTransaction, "transactionId">): string {
  return `it expired: the time that the transaction itself names is over, and ${transactionId} never landed; nothing that is signed of it can`;
}
