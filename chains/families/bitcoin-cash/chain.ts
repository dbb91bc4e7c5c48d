/**
 * Bitcoin Cash: Bitcoin's wallets and transactions, but a payload and signatures of its own.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 */
import type { Chain } from "../../chain.ts";
import { utxoChain } from "../utxo/chain.ts";
import { describeTransaction } from "../utxo/describe.ts";
import { outpoint } from "../utxo/encode.ts";
import type { UtxoParameters } from "../utxo/facts.ts";
import { parsePayload } from "./payload.ts";
import { signTransaction } from "./sign.ts";

export function bitcoinCashChain(parameters: UtxoParameters): Chain {
  const { facts, maximumAmount, networks } = parameters;
  // The API has no endpoint for outputs of this coin: nobody can be asked whether one is spent.
  const { isUsedUp: _, ...coin } = utxoChain(parameters);
  return {
    ...coin,
    spending: (transaction) => ({ outputs: parsePayload(transaction, maximumAmount).inputs.map(outpoint) }),
    describe: (transaction, network) =>
      describeTransaction(parsePayload(transaction, maximumAmount), facts.ticker, networks[network]),
    sign: (request, environment) => signTransaction(request, parameters, environment),
  };
}
