/**
 * The payload of a pending UTXO transaction: the JSON of a bitcore transaction with the outputs that it spends.
 * https://github.com/bitpay/bitcore/blob/master/packages/bitcore-lib/docs/transaction.md
 * https://github.com/bitpay/bitcore/blob/master/packages/bitcore-lib/docs/script.md
 */
import { hex } from "@scure/base";
import { OP, Script } from "@scure/btc-signer/script.js";
import { equalBytes } from "@scure/btc-signer/utils.js";
import * as v from "valibot";
import type { PendingTransaction } from "../../chain.ts";
import { describeIssue, shown } from "../../codec/issue.ts";
import { smallNumber, wholeNumber } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { payloadJson, readOnce } from "../payload.ts";
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

type Payload = v.InferOutput<ReturnType<typeof payloadSchema>>;

/**
 * Reads `serializedTransaction`, unsigned or partly signed.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export const parsePayload = readOnce(readPayload);

function readPayload(transaction: PendingTransaction, parameters: UtxoParameters): UtxoTransaction {
  const json = payloadJson(transaction);
  if (json === undefined) throw invalid(transaction, "serializedTransaction is not JSON.");
  const parsed = v.safeParse(payloadSchema(parameters.maximumAmount), json);
  if (!parsed.success) {
    throw invalid(transaction, `serializedTransaction is not valid: ${describeIssue(parsed.issues[0])}.`);
  }
  const payload = parsed.output;
  const spentOutputs = spentOutputsOf(payload, transaction);
  const result: UtxoTransaction = { ...rawTransactionOf(payload), spentOutputs };
  assertDistinctInputs(payload, transaction);
  assertHash(payload, transactionId(result), transaction);
  assertChangeOutput(payload.changeScript ?? undefined, payload.changeIndex ?? undefined, result.outputs);
  return result;
}

function spentOutputsOf({ inputs }: Payload, transaction: PendingTransaction): readonly SpentOutput[] {
  return inputs.map(({ output }, index) => {
    if (output) return { amount: output.satoshis, script: output.script };
    throw invalid(
      transaction,
      `Input ${index}: Not all utxo information is available to sign the transaction: inputs.${index}.output is missing.`,
    );
  });
}

function rawTransactionOf({ version, nLockTime, inputs, outputs }: Payload): RawTransaction {
  return {
    version,
    lockTime: nLockTime,
    inputs: inputs.map((input) => ({
      txid: hex.decode(input.prevTxId),
      index: input.outputIndex,
      finalScriptSig: input.script,
      sequence: input.sequenceNumber,
    })),
    outputs: outputs.map((output) => ({ amount: output.satoshis, script: output.script })),
  };
}

function assertDistinctInputs({ inputs }: Payload, transaction: PendingTransaction): void {
  const outpoints = new Set(inputs.map((input) => `${input.prevTxId}:${input.outputIndex}`));
  if (outpoints.size < inputs.length) throw invalid(transaction, "Two inputs spend the same output.");
}

function assertHash({ hash }: Payload, id: string, transaction: PendingTransaction): void {
  if (!hash || hash === id) return;
  throw invalid(
    transaction,
    `Hash in object does not match transaction hash: hash is ${hash}, but what it is the hash of gives ${id}.`,
  );
}

/**
 * Checks the change that a payload states of itself: the output at `changeIndex` pays to `changeScript`.
 *
 * @param changeScript hex, or opcodes as text: `OP_DUP OP_HASH160 20 0x<40 hex> OP_EQUALVERIFY OP_CHECKSIG`.
 * @throws ChainError `INVALID_TRANSACTION`
 */
function assertChangeOutput(
  changeScript: string | undefined,
  changeIndex: number | undefined,
  outputs: RawTransaction["outputs"],
): void {
  // Without an output the script only says where change would have gone; 0 without a script stands for no change.
  if (changeIndex === undefined || (changeIndex === 0 && changeScript === undefined)) return;
  const stated = changeScript === undefined ? undefined : parseScriptText(changeScript);
  const output = outputs[changeIndex];
  if (stated === undefined || output === undefined || !equalBytes(stated, output.script)) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `changeIndex says that output ${changeIndex} is the change, but changeScript is not that output's script: it is ` +
        `${shown(changeScript)}.`,
    );
  }
}

function parseScriptText(text: string): Uint8Array | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return hex.decode(text.toLowerCase());
  const script: (Uint8Array | keyof typeof OP)[] = [];
  const words = text.split(" ").values();
  for (const word of words) {
    if (/^\d+$/.test(word)) {
      const data = /^0x((?:[0-9a-f]{2})+)$/i.exec(words.next().value ?? "")?.[1];
      if (data?.length !== 2 * Number(word)) return undefined;
      script.push(hex.decode(data.toLowerCase()));
    } else {
      const name = isOpcode(word) ? word : word.replace(/^OP_/, "");
      if (!isOpcode(name)) return undefined;
      script.push(name);
    }
  }
  return Script.encode(script);
}

function isOpcode(name: string): name is keyof typeof OP {
  return Object.hasOwn(OP, name);
}

function invalid(transaction: PendingTransaction, message: string): ChainError {
  return new ChainError("INVALID_TRANSACTION", `Transaction ${transaction.id}: ${message}`);
}
