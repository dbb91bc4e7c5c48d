/**
 * The intents of a VeChainThor transaction, read from its payload alone. Tokens are those of VIP-180.
 * https://github.com/vechain/VIPs/blob/master/vips/VIP-180.md
 */

import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { decodeCall } from "../evm/call-data.ts";
import { describeCode } from "../evm/describe.ts";
import { type Clause, parsePayload } from "./payload.ts";

const TICKER = "VET";

/**
 * What a pending transaction does, clause by clause. Addresses are in lower case, amounts in the smallest unit.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction, network: Network): readonly Intent[] {
  const { from, clauses } = parsePayload(pending, network);
  return clauses.flatMap((clause) => intents(clause, from === undefined ? {} : { from }));
}

function intents({ to, value, data }: Clause, from: { readonly from?: string }): readonly Intent[] {
  const amount = String(value);
  if (to === undefined) {
    return [{ kind: "contract-creation", ...from, amount, ...describeCode(data) }];
  }
  const coins: Intent = { kind: "transfer", ...from, to, amount, asset: TICKER };
  if (data === "0x") return [coins];

  const call = decodeCall(data);
  const [recipient, tokens] = call.arguments;
  // VIP-180 is ERC-20.
  if (call.method === "transfer(address,uint256)" && recipient !== undefined && tokens !== undefined) {
    const transfer: Intent = { kind: "transfer", ...from, to: recipient, amount: tokens, asset: to };
    return value === 0n ? [transfer] : [transfer, coins];
  }
  return [{ kind: "contract-call", ...from, to, amount, ...call }];
}
