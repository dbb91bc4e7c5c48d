/**
 * The payload of a pending Bitcoin Cash transaction: a raw transaction and the amounts that its inputs spend.
 * https://developer.bitcoin.org/reference/transactions.html
 */
import { hex } from "@scure/base";
import { RawOldTx } from "@scure/btc-signer/script.js";
import * as v from "valibot";
import type { PendingTransaction } from "../../chain.ts";
import { shown } from "../../codec/issue.ts";
import { ChainError } from "../../error.ts";
import { payloadJson, payloadText, readOnce } from "../payload.ts";
import { outpoint, type RawTransaction } from "../utxo/encode.ts";
import { satoshiSchema } from "../utxo/payload.ts";

/**
 * A transaction to sign. `spentOutputs` has the amount (satoshi) for each input, in the order of the inputs; the
 * payload does not tell the scripts.
 */
export interface BitcoinCashTransaction extends RawTransaction {
  readonly spentOutputs: readonly { readonly amount: bigint }[];
}

/** Signed transactions have always had this version, whatever the payload says. */
const VERSION = 2;

/**
 * Reads `serializedTransaction`: `<hex of the unsigned transaction>:<JSON list of the spent amounts in satoshi>`.
 *
 * @param maximumAmount satoshi
 * @throws ChainError `INVALID_TRANSACTION`
 */
export const parsePayload = readOnce(readPayload);

function readPayload(transaction: PendingTransaction, maximumAmount: bigint): BitcoinCashTransaction {
  const text = payloadText(transaction);
  const colon = text.indexOf(":");
  if (colon < 0) {
    throw invalid(transaction, "serializedTransaction has no colon between transaction and amounts.");
  }
  const raw = decodeTransaction(transaction, text.slice(0, colon));
  const spentOutputs = parseAmounts(transaction, text.slice(colon + 1), maximumAmount);
  assertUnsigned(transaction, raw);
  if (spentOutputs.length !== raw.inputs.length) {
    throw invalid(transaction, `${raw.inputs.length} inputs, but ${spentOutputs.length} amounts of them.`);
  }
  return { ...raw, version: VERSION, spentOutputs };
}

/** Without trailing bytes, and with lengths in the one shortest form: anything else does not decode. */
function decodeTransaction(transaction: PendingTransaction, text: string): RawTransaction {
  try {
    return RawOldTx.decode(hex.decode(text.toLowerCase()));
  } catch (cause) {
    throw invalid(transaction, "serializedTransaction does not begin with a raw transaction in hex.", {
      cause,
    });
  }
}

function assertUnsigned(transaction: PendingTransaction, raw: RawTransaction): void {
  const { version, inputs, outputs } = raw;
  if (version !== 1 && version !== 2) throw invalid(transaction, `Version ${version} is not known.`);
  if (inputs.length === 0 || outputs.length === 0) {
    throw invalid(transaction, "The transaction has no inputs or no outputs.");
  }
  const signed = inputs.findIndex((input) => input.finalScriptSig.length > 0);
  if (signed >= 0) throw invalid(transaction, `Input ${signed} has a script already; none is expected.`);
  if (new Set(inputs.map(outpoint)).size < inputs.length) {
    throw invalid(transaction, "Two inputs spend the same output.");
  }
}

function parseAmounts(
  transaction: PendingTransaction,
  text: string,
  maximumAmount: bigint,
): readonly { readonly amount: bigint }[] {
  const list = payloadJson(transaction, text);
  if (list === undefined) {
    throw invalid(transaction, "What follows the colon of serializedTransaction is not JSON.");
  }
  const parsed = v.safeParse(v.array(satoshiSchema(maximumAmount)), list);
  if (parsed.success) return parsed.output.map((amount) => ({ amount }));
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue);
  const name = place === null ? "The list of amounts" : `Amount ${place}`;
  throw invalid(
    transaction,
    `${name} is not understood: it must be ${place === null ? "a list" : `whole satoshi from 0 to ${maximumAmount}`}, but is ${shown(issue.input)}.`,
  );
}

function invalid(transaction: PendingTransaction, message: string, options?: ErrorOptions): ChainError {
  return new ChainError("INVALID_TRANSACTION", `Transaction ${transaction.id}: ${message}`, options);
}
