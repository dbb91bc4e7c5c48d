/**
 * Bitcoin Cash: Bitcoin's wallets and transactions, but a payload and signatures of its own.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 */
import type { Chain } from "../../chain.ts";
import { utxoChain } from "../utxo/chain.ts";
import { describeTransaction } from "../utxo/describe.ts";
import type { UtxoParameters } from "../utxo/facts.ts";
import { parsePayload } from "./payload.ts";
import { signTransaction } from "./sign.ts";

export function bitcoinCashChain(parameters: UtxoParameters): Chain {
  const { facts, maximumAmount, networks } = parameters;
  return {
    ...utxoChain(parameters),
    describe: (transaction, network) =>
      describeTransaction(parsePayload(transaction, maximumAmount), facts.ticker, networks[network]),
    sign: (request, environment) => signTransaction(request, parameters, environment),
  };
}
