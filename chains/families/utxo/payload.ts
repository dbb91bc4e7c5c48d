/**
 * The payload of a pending UTXO transaction: the JSON of a bitcore transaction with the outputs that it spends.
 * https://github.com/bitpay/bitcore/blob/master/packages/bitcore-lib/docs/transaction.md
 */
import { hex } from "@scure/base";
import * as v from "valibot";
import type { PendingTransaction } from "../../chain.ts";
import { describeIssue } from "../../codec/issue.ts";
import { smallNumber, wholeNumber } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { payloadJson } from "../payload.ts";
import { assertChangeOutput } from "./change-script.ts";
import { type RawTransaction, transactionId } from "./encode.ts";
import type { UtxoParameters } from "./facts.ts";

/** An amount of satoshi in a payload, from 0 to `maximum`. */
export const satoshiSchema = (maximum: bigint) => wholeNumber(maximum);

/** An unspent output that an input spends; the amount is in satoshi. */
export interface SpentOutput {
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** A transaction to sign. `spentOutputs` has one entry for each input, in the order of the inputs. */
export interface UtxoTransaction extends RawTransaction {
  readonly spentOutputs: readonly SpentOutput[];
}

// Nodes do not relay transactions above 400,000 weight units (100,000 virtual bytes). An input takes 41 bytes or
// more, an output 9.
const MAXIMUM_INPUTS = 2_439;
const MAXIMUM_OUTPUTS = 11_111;
/** Consensus limit of a script that can be run. */
const MAXIMUM_SCRIPT_BYTES = 10_000;

const uint32 = smallNumber(0xffff_ffff);
const scriptHex = v.pipe(
  v.string(),
  v.maxLength(2 * MAXIMUM_SCRIPT_BYTES),
  v.regex(/^(?:[0-9a-f]{2})*$/i, "must be hex text of whole bytes"),
  v.transform((text) => hex.decode(text.toLowerCase())),
);
const transactionIdHex = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/i, "must be 64 hex digits"),
  v.toLowerCase(),
);

function payloadSchema(maximumAmount: bigint) {
  const output = v.object({ satoshis: satoshiSchema(maximumAmount), script: scriptHex });
  const input = v.object({
    prevTxId: transactionIdHex,
    outputIndex: uint32,
    sequenceNumber: uint32,
    script: scriptHex,
    output: v.nullish(output),
  });
  return v.object({
    hash: v.nullish(transactionIdHex),
    version: smallNumber(0x7fff_ffff, 1),
    nLockTime: uint32,
    inputs: v.pipe(v.array(input), v.minLength(1), v.maxLength(MAXIMUM_INPUTS)),
    outputs: v.pipe(v.array(output), v.minLength(1), v.maxLength(MAXIMUM_OUTPUTS)),
    changeScript: v.nullish(v.pipe(v.string(), v.maxLength(4 * MAXIMUM_SCRIPT_BYTES))),
    changeIndex: v.nullish(uint32),
  });
}

/**
 * Reads `serializedTransaction`, unsigned or partly signed.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function parsePayload(transaction: PendingTransaction, parameters: UtxoParameters): UtxoTransaction {
  const json = payloadJson(transaction);
  if (json === undefined) throw invalid(transaction, "serializedTransaction is not JSON.");
  const parsed = v.safeParse(payloadSchema(parameters.maximumAmount), json);
  if (!parsed.success) {
    throw invalid(transaction, `serializedTransaction is not valid: ${describeIssue(parsed.issues[0])}.`);
  }
  const payload = parsed.output;

  const spentOutputs = payload.inputs.map(({ output }, index) => {
    if (output) return { amount: output.satoshis, script: output.script };
    throw invalid(
      transaction,
      `Input ${index}: Not all utxo information is available to sign the transaction: inputs.${index}.output is missing.`,
    );
  });
  const result: UtxoTransaction = {
    version: payload.version,
    lockTime: payload.nLockTime,
    inputs: payload.inputs.map((input) => ({
      txid: hex.decode(input.prevTxId),
      index: input.outputIndex,
      finalScriptSig: input.script,
      sequence: input.sequenceNumber,
    })),
    outputs: payload.outputs.map((output) => ({ amount: output.satoshis, script: output.script })),
    spentOutputs,
  };

  const outpoints = new Set(payload.inputs.map((input) => `${input.prevTxId}:${input.outputIndex}`));
  if (outpoints.size < payload.inputs.length) throw invalid(transaction, "Two inputs spend the same output.");
  const id = transactionId(result);
  if (payload.hash && payload.hash !== id) {
    throw invalid(
      transaction,
      `Hash in object does not match transaction hash: hash is ${payload.hash}, but what it is the hash of gives ${id}.`,
    );
  }
  assertChangeOutput(payload.changeScript ?? undefined, payload.changeIndex ?? undefined, result.outputs);
  return result;
}

function invalid(transaction: PendingTransaction, message: string): ChainError {
  return new ChainError("INVALID_TRANSACTION", `Transaction ${transaction.id}: ${message}`);
}
