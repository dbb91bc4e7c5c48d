/**
 * The payload of a pending Cardano transaction: Rosetta operations, inputs and outputs in ADA.
 * https://github.com/coinbase/mesh-specifications
 */

import * as v from "valibot";
import type { Network, PendingTransaction } from "../../chain.ts";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { describeIssue } from "../../codec/issue.ts";
import { MAX_UINT64, readWholeOrText, wholeNumberOrText } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { invalidPayload, payloadJson } from "../payload.ts";
import { type CardanoAddress, readAddress } from "./address.ts";

/** A `serializedTransaction` that was read and understood: Rosetta operations. Amounts are in lovelace. */
export interface Operations {
  /** As received, for the construction API; amounts as text. */
  readonly json: readonly JsonValue[];
  readonly inputs: readonly OperationInput[];
  readonly outputs: readonly OperationOutput[];
  /** What the inputs hold and the outputs do not take. */
  readonly fee: bigint;
}

interface OperationInput {
  readonly addressText: string;
  readonly address: CardanoAddress;
  readonly amount: bigint;
  /** Transaction id (hex) and output index of what is spent, as `id:index`. */
  readonly coin: string;
}

interface OperationOutput {
  readonly addressText: string;
  readonly address: CardanoAddress;
  readonly amount: bigint;
}

/** Far more than fit into a transaction of the network (16 KiB). */
const MAX_OPERATIONS = 1000;
const account = v.object({ address: v.string() }, "must be an object");
const currency = v.object(
  { symbol: v.literal("ADA", "must be ADA"), decimals: v.literal(6, "must be 6") },
  "must be an object",
);

/** The construction API takes amounts as text, whatever the caller wrote. */
const received = wholeNumberOrText(MAX_UINT64, 1n);
const spent = wholeNumberOrText(-1n, -MAX_UINT64);

/** Native tokens travel in here; every other content is equally unknown. */
const noMetadata = v.optional(v.strictObject({}, "holds something that this program does not sign"));

const input = v.object({
  type: v.literal("input"),
  account,
  amount: v.object({
    value: spent,
    currency,
    metadata: noMetadata,
  }),
  coin_change: v.object({
    coin_identifier: v.object({
      identifier: v.pipe(
        v.string("must be a string"),
        v.regex(/^[0-9a-fA-F]{64}:(?:0|[1-9]\d{0,4})$/, "must be transaction id:output index"),
        v.toLowerCase(),
      ),
    }),
  }),
  metadata: noMetadata,
});

const output = v.object({
  type: v.literal("output"),
  account,
  amount: v.object({
    value: received,
    currency,
    metadata: noMetadata,
  }),
  metadata: noMetadata,
});

const operationsSchema = v.pipe(
  v.array(
    v.variant("type", [input, output], "must be an input or an output"),
    "must be an array of operations",
  ),
  v.maxLength(MAX_OPERATIONS, `holds more than ${MAX_OPERATIONS} operations`),
);

/**
 * Reads the `serializedTransaction` of a pending transaction.
 *
 * @throws ChainError `INVALID_TRANSACTION` naming what is wrong, `NETWORK_MISMATCH` for addresses of another network,
 * `UNSAFE_TRANSACTION` when the outputs take more than the inputs hold.
 */
export function parsePayload(transaction: PendingTransaction, network: Network): Operations {
  const json = payloadJson(transaction);
  if (!Array.isArray(json)) throw invalidPayload(transaction, "it is not a JSON array of operations");
  const parsed = v.safeParse(operationsSchema, json);
  if (!parsed.success) throw invalidPayload(transaction, describeIssue(parsed.issues[0]));

  const inputs: OperationInput[] = [];
  const outputs: OperationOutput[] = [];
  for (const operation of parsed.output) {
    const addressText = operation.account.address;
    const { value } = operation.amount;
    const entry = { addressText, address: readAddress(addressText, network) };
    if (operation.type === "output") outputs.push({ ...entry, amount: value });
    else {
      inputs.push({ ...entry, amount: -value, coin: operation.coin_change.coin_identifier.identifier });
    }
  }
  if (inputs.length === 0 || outputs.length === 0)
    throw invalidPayload(transaction, "it needs an input and an output");
  if (new Set(inputs.map(({ coin }) => coin)).size !== inputs.length)
    throw invalidPayload(transaction, "it spends a coin twice");

  const fee = sum(inputs) - sum(outputs);
  if (fee < 0n) {
    throw new ChainError(
      "UNSAFE_TRANSACTION",
      `The outputs of ${transaction.id} take ${-fee} lovelace more than its inputs hold.`,
    );
  }
  return { json: json.map(withAmountAsText), inputs, outputs, fee };
}

function withAmountAsText(operation: JsonValue): JsonValue {
  if (!isJsonObject(operation) || !isJsonObject(operation["amount"])) return operation;
  const { value } = operation["amount"];
  return { ...operation, amount: { ...operation["amount"], value: String(readWholeOrText(value)) } };
}

function sum(entries: readonly { readonly amount: bigint }[]): bigint {
  return entries.reduce((total, { amount }) => total + amount, 0n);
}
