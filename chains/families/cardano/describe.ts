/**
 * The intents of a Cardano transaction, read from its operations alone.
 * https://github.com/coinbase/mesh-specifications
 */

import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { parsePayload } from "./payload.ts";

/**
 * What a pending transaction does: one intent for each output in their order, then the fee. Change is not told apart.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`, `UNSAFE_TRANSACTION`
 */
export function describeTransaction(transaction: PendingTransaction, network: Network): readonly Intent[] {
  const { inputs, outputs, fee } = parsePayload(transaction, network);
  const [from, ...others] = new Set(inputs.map(({ addressText }) => addressText));
  const sender = from !== undefined && others.length === 0 ? { from } : {};
  return [
    ...outputs.map(
      ({ addressText, amount }): Intent => ({
        kind: "transfer",
        ...sender,
        to: addressText,
        amount: amount.toString(),
        asset: "ADA",
      }),
    ),
    { kind: "fee", amount: fee.toString(), asset: "ADA" },
  ];
}
