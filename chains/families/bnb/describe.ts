/**
 * The intents of a transfer on the BNB Beacon Chain, read from its payload alone.
 * https://github.com/bnb-chain/bnc-cosmos-sdk/blob/5f09ee6c0bd5d7039afac29d9aa19a4b21644706/x/bank/msgs.go
 */

import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { parsePayload } from "./payload.ts";

/**
 * What a pending transaction does: one intent for each asset that each recipient gets, and the memo. The fee is the
 * network's own choice and in no transaction.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
 */
export function describeTransaction(transaction: PendingTransaction, network: Network): readonly Intent[] {
  const { inputs, outputs, memo } = parsePayload(transaction, network);
  const [from, ...others] = new Set(inputs.map(({ address }) => address));
  const sender = from !== undefined && others.length === 0 ? { from } : {};
  const transfers = outputs.flatMap(({ address, coins }) =>
    coins.map(
      ({ denom, amount }): Intent => ({
        kind: "transfer",
        ...sender,
        to: address,
        amount: amount.toString(),
        asset: denom,
      }),
    ),
  );
  return memo === "" ? transfers : [...transfers, { kind: "data", hex: bytesToHex(utf8ToBytes(memo)) }];
}
