/**
 * The intents of a MultiversX transaction, read from its payload alone.
 * https://docs.multiversx.com/tokens/esdt-tokens
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { Intent, PendingTransaction } from "../../chain.ts";
import { addressOfPublicKey, isContract } from "./address.ts";
import { type CallData, parseCallData, parseTokenTransfer, type TokenTransfer } from "./call-data.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

const TICKER = "EGLD";
/** How transfers of several tokens name the coin of the chain. */
const COIN_AS_TOKEN = "EGLD-000000";

/**
 * What a pending transaction does. Amounts are in units of 10^-18 EGLD, or of the token's smallest unit.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `UNSAFE_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction): readonly Intent[] {
  const payload = parsePayload(pending);
  const { to, value, data } = payload;
  const coins: Intent = { kind: "transfer", ...sender(payload), to, amount: String(value), asset: TICKER };
  if (data.length === 0) return [coins];

  const call = parseCallData(data);
  const tokens = call === undefined ? undefined : parseTokenTransfer(call);
  if (tokens !== undefined) {
    const transfers = tokenTransfers(tokens, payload);
    return value === 0n ? transfers : [coins, ...transfers];
  }
  if (call !== undefined && isContract(to)) return [contractCall(call, to, value, payload)];
  return [coins, { kind: "data", hex: bytesToHex(data) }];
}

function tokenTransfers(tokens: TokenTransfer, payload: TransactionPayload): readonly Intent[] {
  const to = tokens.receiver === undefined ? payload.to : addressOfPublicKey(tokens.receiver);
  const transfers = tokens.payments.map(
    ({ token, amount }): Intent => ({
      kind: "transfer",
      ...sender(payload),
      to,
      amount: String(amount),
      asset: token === COIN_AS_TOKEN ? TICKER : token,
    }),
  );
  return tokens.call === undefined ? transfers : [...transfers, contractCall(tokens.call, to, 0n, payload)];
}

function contractCall(call: CallData, to: string, amount: bigint, payload: TransactionPayload): Intent {
  return { kind: "contract-call", ...sender(payload), to, amount: String(amount), ...call };
}

function sender({ from }: TransactionPayload): { readonly from?: string } {
  return from === undefined ? {} : { from };
}
