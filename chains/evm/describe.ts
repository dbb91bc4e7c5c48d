import type { Intent, Network, PendingTransaction } from "../chain.ts";
import { lowerCase } from "./address.ts";
import { decodeCall } from "./call-data.ts";
import type { EvmFacts } from "./evm-facts.ts";
import { isGasEstimated } from "./gas-limit.ts";
import { parsePayload, type TransactionPayload } from "./transaction-payload.ts";

/**
 * What a pending transaction does, from its payload alone. Addresses are in lower case.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function describeTransaction(
  pending: PendingTransaction,
  facts: EvmFacts,
  network: Network,
): readonly Intent[] {
  const payload = parsePayload(pending, facts, network);
  const fee = explicitFee(payload, facts, pending.withdrawalId !== undefined);
  if (fee === undefined) return actions(payload, facts.ticker);
  const asset = payload.feeCurrency === undefined ? facts.ticker : lowerCase(payload.feeCurrency);
  return [...actions(payload, facts.ticker), { kind: "fee", amount: String(fee), asset }];
}

function actions(payload: TransactionPayload, ticker: string): readonly Intent[] {
  const { to, data = "0x", value = 0n } = payload;
  const amount = String(value);
  const from = payload.from === undefined ? {} : { from: payload.from };
  if (to === undefined) {
    return [{ kind: "contract-creation", ...from, amount, codeBytes: (data.length - 2) / 2 }];
  }
  const coins: Intent = { kind: "transfer", ...from, to, amount, asset: ticker };
  if (data === "0x") return [coins];

  const call = decodeCall(data);
  const [recipient, tokens] = call.arguments;
  if (call.method === "transfer(address,uint256)" && recipient !== undefined && tokens !== undefined) {
    const transfer: Intent = { kind: "transfer", ...from, to: recipient, amount: tokens, asset: to };
    return value === 0n ? [transfer] : [transfer, coins];
  }
  return [{ kind: "contract-call", ...from, to, amount, ...call }];
}

/** Gas limit times price, the most the transaction can cost, when the payload decides both. */
function explicitFee(
  payload: TransactionPayload,
  facts: EvmFacts,
  isWithdrawal: boolean,
): bigint | undefined {
  const { fees, gas } = payload;
  const price = fees.type === "eip1559" ? fees.maxFeePerGas : fees.gasPrice;
  if (!gas || !price || isGasEstimated(payload, facts, isWithdrawal)) return undefined;
  return gas * price;
}
