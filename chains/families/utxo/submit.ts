/**
 * Whether what a signed transaction spends is spent, by the Tatum API, which takes the pool of its node into account.
 * https://apidoc.tatum.io/tag/Bitcoin#operation/BtcGetUTXO
 */
import type { ChainEnvironment, Proof, SignedTransaction } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { UtxoParameters } from "./facts.ts";

type Facts = UtxoParameters["facts"];

/** Outputs that are asked for, the first ones: a payment with more is rare, and one that is spent is enough. */
export const MOST_ASKED = 20;

/** How the API says that an output is spent, or of a transaction that it does not know. */
const SPENT = /\btx\.hash\.index\.spent\b|\bno such utxo\b/i;

/** Why the API does not have an output among those that are unspent; `undefined` where it has. @throws KmsError */
async function refusalOf(
  output: string,
  { broadcastPath }: Facts,
  environment: ChainEnvironment,
): Promise<string | undefined> {
  const path = broadcastPath.replace(/broadcast$/, `utxo/${output.replace(":", "/")}`);
  try {
    await environment.get(path);
    return undefined;
  } catch (failure) {
    if (failure instanceof ChainError && failure.code === "NODE_REFUSED") return failure.message;
    throw failure;
  }
}

/**
 * Whether the Tatum API has an output no more among those that are unspent: whatever was signed of its transaction before spends it
 * too. Every refusal counts: who is unsure whether it was paid does not pay.
 */
export async function isSpent(
  output: string | undefined,
  facts: Facts,
  environment: ChainEnvironment,
): Promise<boolean> {
  return output !== undefined && (await refusalOf(output, facts, environment)) !== undefined;
}

/**
 * Whether an output that these bytes spend is spent, which is by another transaction where nobody has these. Until that one is deep
 * in the chain, it may be replaced, so that nothing may be signed in the place of these bytes.
 * @throws ChainError
 */
export async function proveReplaced(
  { inputs = [] }: SignedTransaction,
  facts: Facts,
  environment: ChainEnvironment,
): Promise<Proof> {
  for (const output of inputs.slice(0, MOST_ASKED)) {
    const refusal = await refusalOf(output, facts, environment);
    if (refusal !== undefined) return SPENT.test(refusal) ? "several-answers" : "none";
  }
  return "none";
}
