/**
 * The fee of a UTXO transaction, with the highest that is signed, and the smallest output that nodes relay (dust).
 * Virtual size: https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 */
import { OP } from "@scure/btc-signer/script.js";
import type { ChainEnvironment } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { FeeBounds, UtxoParameters } from "./network-parameters.ts";
import type { RawTransaction } from "./raw-transaction.ts";

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

/**
 * The highest fee to sign. The operator may set it with `TATUM_KMS_MAX_FEE_<TICKER>` (satoshi) and
 * `TATUM_KMS_MAX_FEE_RATE_<TICKER>` (satoshi per virtual byte).
 *
 * @throws ChainError `UNSAFE_TRANSACTION` when a setting is not a whole number.
 */
export function feeBounds(
  { facts, feeBounds: defaults }: UtxoParameters,
  environment: Pick<ChainEnvironment, "setting">,
): FeeBounds {
  return {
    total: satoshiSetting(environment, totalSetting(facts.ticker)) ?? defaults.total,
    perVirtualByte: satoshiSetting(environment, rateSetting(facts.ticker)) ?? defaults.perVirtualByte,
  };
}

/**
 * Refuses a fee above the bounds: whoever builds a transaction with a wrong change can burn all that is spent.
 *
 * @param fee satoshi
 * @param virtualBytes size of the signed transaction (BIP-141)
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertFee(fee: bigint, virtualBytes: number, bounds: FeeBounds, ticker: string): void {
  if (fee > bounds.total) {
    throw new ChainError(
      "UNSAFE_TRANSACTION",
      `The fee of ${fee} satoshi is above the limit of ${bounds.total} satoshi. If it is meant, raise ` +
        `${totalSetting(ticker)}.`,
    );
  }
  if (fee > bounds.perVirtualByte * BigInt(virtualBytes)) {
    throw new ChainError(
      "UNSAFE_TRANSACTION",
      `The fee of ${fee} satoshi for ${virtualBytes} virtual bytes is above the limit of ${bounds.perVirtualByte} ` +
        `satoshi per virtual byte. If it is meant, raise ${rateSetting(ticker)}.`,
    );
  }
}

const totalSetting = (ticker: string) => `TATUM_KMS_MAX_FEE_${ticker}`;
const rateSetting = (ticker: string) => `TATUM_KMS_MAX_FEE_RATE_${ticker}`;

function satoshiSetting(environment: Pick<ChainEnvironment, "setting">, name: string): bigint | undefined {
  const text = environment.setting(name);
  if (text === undefined) return undefined;
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  throw new ChainError(
    "UNSAFE_TRANSACTION",
    `${name} is not a whole number of satoshi. Correct or remove it.`,
  );
}

function sum(entries: readonly { readonly amount: bigint }[]): bigint {
  return entries.reduce((total, { amount }) => total + amount, 0n);
}
