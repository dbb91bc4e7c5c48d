/**
 * The intents of an EVM transaction: transfers, contract calls, contract creations and the fee.
 * https://ethereum.github.io/yellowpaper/paper.pdf
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Hex } from "viem";
import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { lowerCase } from "./address.ts";
import { decodeCall } from "./call-data.ts";
import type { EvmFacts } from "./facts.ts";
import { isGasEstimated } from "./gas-limit.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

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
  const feeCurrency = payload.feeCurrency && lowerCase(payload.feeCurrency);
  if (fee === undefined) return [...actions(payload, facts.ticker), ...namedFeeCurrency(feeCurrency)];
  const asset = feeCurrency ?? facts.ticker;
  return [...actions(payload, facts.ticker), { kind: "fee", amount: String(fee), asset }];
}

function actions(payload: TransactionPayload, ticker: string): readonly Intent[] {
  const { to, data = "0x", value = 0n } = payload;
  const amount = String(value);
  const from = payload.from === undefined ? {} : { from: payload.from };
  if (to === undefined) {
    return [{ kind: "contract-creation", ...from, amount, ...describeCode(data) }];
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

/** The size and the digest of what a contract is created from. */
export function describeCode(data: Hex): { readonly codeBytes: number; readonly codeDigest: string } {
  const code = hexToBytes(data.slice("0x".length));
  return { codeBytes: code.length, codeDigest: bytesToHex(sha256(code)) };
}

/** The token that pays a fee whose amount only the node will tell. */
function namedFeeCurrency(token: Hex | undefined): readonly Intent[] {
  return token === undefined ? [] : [{ kind: "data", field: "feeCurrency", hex: token.slice("0x".length) }];
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
