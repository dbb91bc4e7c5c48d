/**
 * The intents of a UTXO transaction: its transfers, the data it carries and its fee.
 * https://developer.bitcoin.org/reference/transactions.html
 */
import { hex } from "@scure/base";
import { OP, Script } from "@scure/btc-signer/script.js";
import type { Intent } from "../../chain.ts";
import { addressOfScript } from "./address.ts";
import type { RawTransaction } from "./encode.ts";
import type { NetworkParameters } from "./facts.ts";
import { type Amounts, transactionFee } from "./fee.ts";

/**
 * What a transaction does: one intent for each output in their order, then the fee. Change is not told apart: the
 * payload cannot prove whose output it is.
 *
 * @throws ChainError `UNSAFE_TRANSACTION` when the outputs take more than the inputs hold.
 */
export function describeTransaction(
  transaction: Pick<Amounts, "spentOutputs"> & Pick<RawTransaction, "outputs">,
  ticker: string,
  network: NetworkParameters,
): readonly Intent[] {
  const fee: Intent = { kind: "fee", amount: transactionFee(transaction).toString(), asset: ticker };
  return [...transaction.outputs.map((output) => describeOutput(output, ticker, network)), fee];
}

function describeOutput(
  { amount, script }: RawTransaction["outputs"][number],
  ticker: string,
  network: NetworkParameters,
): Intent {
  const to = addressOfScript(script, network);
  if (to !== undefined) return { kind: "transfer", to, amount: amount.toString(), asset: ticker };
  if (script[0] === OP.RETURN && amount === 0n) return { kind: "data", hex: hex.encode(carriedData(script)) };
  return {
    kind: "opaque",
    reason: `${amount} satoshi go to an output script without an address: ${hex.encode(script)}`,
  };
}

/** What an OP_RETURN output carries: the data of its one push, or all that follows OP_RETURN. */
function carriedData(script: Uint8Array): Uint8Array {
  const rest = script.subarray(1);
  try {
    const [data, ...more] = Script.decode(rest);
    return data instanceof Uint8Array && more.length === 0 ? data : rest;
  } catch {
    return rest;
  }
}
