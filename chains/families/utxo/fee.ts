/**
 * The fee of a UTXO transaction, with the highest that is signed, and the smallest output that nodes relay (dust).
 * Virtual size: https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 */
import { OP } from "@scure/btc-signer/script.js";
import type { ChainEnvironment } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { assertWithin, type FeeBound, operatorsBound, satoshi } from "../fee-bound.ts";
import type { RawTransaction } from "./encode.ts";
import type { UtxoParameters } from "./facts.ts";

/**
 * Refuses an output that nodes would not relay because of its amount. Outputs that carry data (OP_RETURN) may be 0.
 *
 * @param dustLimit satoshi; `undefined` for coins without a fixed one.
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertNoDust(outputs: RawTransaction["outputs"], dustLimit: bigint | undefined): void {
  if (dustLimit === undefined) return;
  const index = outputs.findIndex(({ amount, script }) => amount < dustLimit && script[0] !== OP.RETURN);
  if (index < 0) return;
  throw new ChainError(
    "UNSAFE_TRANSACTION",
    `Output ${index} holds ${outputs[index]?.amount} satoshi. Nodes refuse outputs below ${dustLimit} satoshi (dust).`,
  );
}

/** The amounts of a transaction, in satoshi. */
export interface Amounts {
  readonly spentOutputs: readonly { readonly amount: bigint }[];
  readonly outputs: readonly { readonly amount: bigint }[];
}

/**
 * The fee in satoshi: what the spent outputs hold and the outputs do not take. The payload says what they hold; a wrong
 * amount makes the signature of a witness input worthless (BIP-143), but not that of an input without witness.
 *
 * @throws ChainError `UNSAFE_TRANSACTION` when the outputs take more than there is.
 */
export function transactionFee(transaction: Amounts): bigint {
  const spent = sum(transaction.spentOutputs);
  const paid = sum(transaction.outputs);
  if (paid > spent) {
    throw new ChainError(
      "UNSAFE_TRANSACTION",
      `The outputs take ${paid} satoshi, but the inputs hold only ${spent} satoshi.`,
    );
  }
  return spent - paid;
}

/** The bounds of the fee, in satoshi and in satoshi per virtual byte, each with the operator's amount. */
export interface CheckedBounds {
  readonly total: FeeBound;
  readonly rate: FeeBound;
}

/**
 * The highest fee to sign. The operator may set it with `TATUM_KMS_MAX_FEE_<TICKER>` (satoshi) and
 * `TATUM_KMS_MAX_FEE_RATE_<TICKER>` (satoshi per virtual byte).
 *
 * @throws ChainError `UNSAFE_TRANSACTION` when a setting is not a whole number.
 */
export function feeBounds(
  { facts: { ticker }, feeBounds: { total, perVirtualByte } }: UtxoParameters,
  environment: Pick<ChainEnvironment, "setting">,
): CheckedBounds {
  const unit = satoshi;
  return {
    total: operatorsBound({ ticker, unit, highest: total }, environment),
    rate: operatorsBound({ ticker, unit, highest: perVirtualByte, kind: "FEE_RATE" }, environment),
  };
}

/**
 * Refuses a fee above the bounds.
 *
 * @param amount satoshi
 * @param virtualBytes size of the signed transaction (BIP-141)
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertFee(amount: bigint, virtualBytes: number, { total, rate }: CheckedBounds): void {
  assertWithin(total, { name: "fee", amount });
  assertWithin(rate, { name: "fee", amount, virtualBytes });
}

function sum(entries: readonly { readonly amount: bigint }[]): bigint {
  return entries.reduce((total, { amount }) => total + amount, 0n);
}
