/**
 * The payload of a pending transfer on the BNB Beacon Chain: the message twice, as bytes to send and as text to sign.
 * https://github.com/bnb-chain/bnc-cosmos-sdk/blob/5f09ee6c0bd5d7039afac29d9aa19a4b21644706/x/bank/msgs.go
 */

import * as v from "valibot";
import type { Network, PendingTransaction } from "../../chain.ts";
import { smallNumber, wholeNumberOrText } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { invalidPayload, readJsonPayload } from "../payload.ts";
import { isAddressOf, networkOfAddress } from "./address.ts";

/** Coins are in units of 10^-8. */
interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

/** What one account gives or gets. */
export interface Share {
  readonly address: string;
  /** The 20 bytes of the address. */
  readonly account: Uint8Array;
  readonly coins: readonly Coin[];
}

/** A `serializedTransaction` that was read and understood: a transfer, the one message that the Tatum API makes. */
export interface TransferPayload {
  readonly inputs: readonly Share[];
  readonly outputs: readonly Share[];
  readonly memo: string;
  readonly source: bigint;
  /** What a payload may say where no node can be asked any more. */
  readonly chainId?: string;
  readonly accountNumber?: bigint;
  readonly sequence?: bigint;
}

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_MEMO_BYTES = 128;
const MAX_SHARES = 1000;

const integer = (minimum: bigint) => wholeNumberOrText(MAX_INT64, minimum);

const coins = v.pipe(
  v.array(
    v.strictObject({
      denom: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.-]{1,32}$/, "must be the symbol of an asset")),
      amount: integer(1n),
    }),
  ),
  v.minLength(1, "must not be empty"),
  v.maxLength(MAX_SHARES, "has too many entries"),
);

const byte = smallNumber(255);
/** A Node.js buffer in JSON. */
const account = v.pipe(
  v.strictObject({
    type: v.literal("Buffer"),
    data: v.pipe(v.array(byte), v.length(20, "must be 20 bytes")),
  }),
  v.transform(({ data }) => Uint8Array.from(data)),
);

const shares = <Address extends v.GenericSchema>(address: Address) =>
  v.pipe(
    v.array(v.strictObject({ address, coins })),
    v.minLength(1, "must not be empty"),
    v.maxLength(MAX_SHARES, "has too many entries"),
  );

const memoText = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), "is not well-formed Unicode"),
  v.maxBytes(MAX_MEMO_BYTES, `has more than ${MAX_MEMO_BYTES} bytes`),
);

const payloadSchema = v.object({
  msg: v.strictObject({
    inputs: shares(account),
    outputs: shares(account),
    aminoPrefix: v.pipe(v.string(), v.regex(/^2A2C87FA$/i, "must be 2A2C87FA, that of a transfer")),
  }),
  signMsg: v.strictObject({ inputs: shares(v.string()), outputs: shares(v.string()) }),
  memo: v.optional(memoText, ""),
  source: v.optional(integer(0n), 0),
  chain_id: v.optional(v.string()),
  account_number: v.optional(integer(0n)),
  sequence: v.optional(integer(0n)),
});

/**
 * Reads the `serializedTransaction` of a pending transaction; both messages have to be the same transfer.
 *
 * @throws ChainError `INVALID_TRANSACTION` naming what is wrong, `NETWORK_MISMATCH` for addresses of another network.
 */
export function parsePayload(transaction: PendingTransaction, network: Network): TransferPayload {
  const { msg, signMsg, memo, source, chain_id, account_number, sequence } = readJsonPayload(
    transaction,
    payloadSchema,
    ["data"],
  );
  const inputs = pairedShares(msg.inputs, signMsg.inputs, network);
  const outputs = pairedShares(msg.outputs, signMsg.outputs, network);
  if (inputs === undefined || outputs === undefined) {
    throw invalidPayload(transaction, "msg and signMsg are not the same transfer");
  }
  if (totals(inputs) !== totals(outputs)) {
    throw invalidPayload(transaction, "its inputs and outputs do not hold the same coins");
  }
  return {
    inputs,
    outputs,
    memo,
    source,
    ...(chain_id !== undefined && { chainId: chain_id }),
    ...(account_number !== undefined && { accountNumber: account_number }),
    ...(sequence !== undefined && { sequence }),
  };
}

/** The shares to send with the addresses of those to sign; `undefined` where they are not the same. */
function pairedShares(
  sent: readonly { readonly address: Uint8Array; readonly coins: readonly Coin[] }[],
  signed: readonly { readonly address: string; readonly coins: readonly Coin[] }[],
  network: Network,
): readonly Share[] | undefined {
  const pairs = signed.flatMap(({ address, coins }, position): Share[] => {
    const owner = networkOfAddress(address);
    if (owner !== undefined && owner !== network) {
      throw new ChainError("NETWORK_MISMATCH", `The address ${address} is not one of the ${network}.`);
    }
    const other = sent[position];
    if (other === undefined || !isAddressOf(address, other.address, network)) return [];
    return coinsText(coins) === coinsText(other.coins) ? [{ address, account: other.address, coins }] : [];
  });
  return pairs.length === sent.length && pairs.length === signed.length ? pairs : undefined;
}

function coinsText(list: readonly Coin[]): string {
  return list.map(({ denom, amount }) => `${amount} ${denom}`).join();
}

/** The sum of every asset, as comparable text. */
function totals(list: readonly Share[]): string {
  const sums = new Map<string, bigint>();
  for (const { denom, amount } of list.flatMap((share) => share.coins)) {
    sums.set(denom, (sums.get(denom) ?? 0n) + amount);
  }
  return coinsText(
    [...sums].map(([denom, amount]) => ({ denom, amount })).toSorted((a, b) => (a.denom < b.denom ? -1 : 1)),
  );
}
