/**
 * Bitcoin Cash: Bitcoin's wallets and transactions, but a payload and signatures of its own.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 */
import * as v from "valibot";
import type { Chain, ChainEnvironment, Proof, SignedTransaction } from "../../chain.ts";
import { readAnswer } from "../payload.ts";
import { utxoChain } from "../utxo/chain.ts";
import { describeTransaction } from "../utxo/describe.ts";
import { outpoint } from "../utxo/encode.ts";
import type { UtxoParameters } from "../utxo/facts.ts";
import { MOST_ASKED } from "../utxo/submit.ts";
import { parsePayload } from "./payload.ts";
import { signTransaction } from "./sign.ts";

export function bitcoinCashChain(parameters: UtxoParameters): Chain {
  const { facts, maximumAmount, networks } = parameters;
  return {
    ...utxoChain(parameters),
    spending: (transaction) => ({ outputs: parsePayload(transaction, maximumAmount).inputs.map(outpoint) }),
    isSpent: (transaction, environment) =>
      isSpent(parsePayload(transaction, maximumAmount).inputs.map(outpoint)[0], environment),
    proveReplaced,
    describe: (transaction, network) =>
      describeTransaction(parsePayload(transaction, maximumAmount), facts.ticker, networks[network]),
    sign: (request, environment) => signTransaction(request, parameters, environment),
  };
}

const outputAnswer = v.nullable(v.object({}));

/**
 * Whether a node has an output no more among those that are unspent by blocks and by its pool. The API has no endpoint of its own
 * for that.
 * https://apidoc.tatum.io/tag/BitcoinCash#operation/BchRpcDriver
 * https://docs.bitcoincashnode.org/doc/json-rpc/gettxout/
 */
async function isSpent(output: string | undefined, environment: ChainEnvironment): Promise<boolean> {
  if (output === undefined) return false;
  const [transactionId = "", index = ""] = output.split(":");
  const withPool = true;
  const answer = await environment.rpc("/v3/bcash/node", "gettxout", [
    transactionId,
    Number(index),
    withPool,
  ]);
  return readAnswer(answer, "gettxout", outputAnswer) === null;
}

/** As for the other coins: that an output is spent, which is by another transaction where nobody has these bytes. */
async function proveReplaced(
  { inputs = [] }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  for (const output of inputs.slice(0, MOST_ASKED))
    if (await isSpent(output, environment)) return "several-answers";
  return "none";
}
