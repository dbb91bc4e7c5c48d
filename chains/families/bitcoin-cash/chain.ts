/**
 * Bitcoin Cash: Bitcoin's wallets and transactions, but a payload and signatures of its own.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 */
import * as v from "valibot";
import type { Chain, ChainEnvironment } from "../../chain.ts";
import { readAnswer } from "../payload.ts";
import { utxoChain } from "../utxo/chain.ts";
import { describeTransaction } from "../utxo/describe.ts";
import { outpoint, type RawTransaction } from "../utxo/encode.ts";
import type { UtxoParameters } from "../utxo/facts.ts";
import { parsePayload } from "./payload.ts";
import { signTransaction } from "./sign.ts";

export function bitcoinCashChain(parameters: UtxoParameters): Chain {
  const { facts, maximumAmount, networks } = parameters;
  return {
    ...utxoChain(parameters),
    spending: (transaction) => ({ outputs: parsePayload(transaction, maximumAmount).inputs.map(outpoint) }),
    isSpent: (transaction, environment) => isSpent(parsePayload(transaction, maximumAmount), environment),
    describe: (transaction, network) =>
      describeTransaction(parsePayload(transaction, maximumAmount), facts.ticker, networks[network]),
    sign: (request, environment) => signTransaction(request, parameters, environment),
  };
}

const outputAnswer = v.nullable(v.object({}));

/**
 * Whether a node has the first output that a transaction spends no more among those that are unspent by blocks and by its pool:
 * whatever was signed of the transaction before spends it too. The API has no endpoint of its own for that.
 * https://apidoc.tatum.io/tag/BitcoinCash#operation/BchRpcDriver
 * https://docs.bitcoincashnode.org/doc/json-rpc/gettxout/
 */
async function isSpent({ inputs: [input] }: RawTransaction, environment: ChainEnvironment): Promise<boolean> {
  if (input === undefined) return false;
  const [transactionId = ""] = outpoint(input).split(":");
  const withPool = true;
  const answer = await environment.rpc("/v3/bcash/node", "gettxout", [transactionId, input.index, withPool]);
  return readAnswer(answer, "gettxout", outputAnswer) === null;
}
