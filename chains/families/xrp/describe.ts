/**
 * The intents of an XRP Ledger transaction, read from its fields alone.
 * https://xrpl.org/docs/references/protocol/transactions/types
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { validate } from "xrpl/dist/npm/models/transactions/transaction.js";
import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/** The flag `tfFullyCanonicalSig`, which all signatures are today. */
const CANONICAL_SIGNATURE = 0x80000000;

/** Fields that every transaction may have: who signs it, what it costs, when it is good, and what is shown as data. */
const COMMON_FIELDS = [
  "TransactionType",
  "Account",
  "Fee",
  "Sequence",
  "TicketSequence",
  "LastLedgerSequence",
  "AccountTxnID",
  "SigningPubKey",
  "SourceTag",
  "Memos",
];
/** What a plain payment has besides. */
const PAYMENT_FIELDS = ["Destination", "DestinationTag", "Amount", "InvoiceID"];

/** Drops of XRP, or a decimal number of a token. */
const amountSchema = v.union([
  v.pipe(
    v.string(),
    v.transform((value) => ({ value, asset: "XRP" })),
  ),
  v.pipe(
    v.object({ currency: v.string(), issuer: v.string(), value: v.string() }),
    v.transform(({ currency, issuer, value }) => ({ value, asset: `${currency}:${issuer}` })),
  ),
  v.pipe(
    v.object({ mpt_issuance_id: v.string(), value: v.string() }),
    v.transform(({ mpt_issuance_id: asset, value }) => ({ value, asset })),
  ),
]);

const paymentSchema = v.object({
  Destination: v.string(),
  DestinationTag: v.optional(v.number()),
  Amount: amountSchema,
});

const trustSetSchema = v.object({ LimitAmount: amountSchema });

const memosSchema = v.object({
  Memos: v.optional(v.array(v.object({ Memo: v.record(v.string(), v.string()) })), []),
});

const REFERENCES = ["SourceTag", "DestinationTag", "InvoiceID"];
const referenceSchema = v.union([v.number(), v.string()]);

/**
 * What a pending transaction does. XRP is counted in drops; the amount of a token is a decimal number, its name
 * `CURRENCY:issuer`. Tags are shown as 4 bytes of data. Fields that would make a payment more than a transfer are
 * arguments of a call.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
 */
export function describeTransaction(pending: PendingTransaction, network: Network): readonly Intent[] {
  const payload = parsePayload(pending, network);
  return [
    action(payload) ?? opaque(payload),
    ...references(payload),
    ...memos(payload),
    { kind: "fee", amount: String(payload.feeDrops), asset: "XRP" },
    ...warnings(payload),
  ];
}

/** No longer text of the library is shown: it may quote the payload. */
const MAX_WARNING = 200;

/**
 * What the models of xrpl object to. It is shown and not refused: the original signs it, the ledger decides, and its rules
 * change faster than a library's.
 */
function warnings({ fields }: TransactionPayload): readonly Intent[] {
  const { warn } = console;
  // What it has to say of the metadata of tokens it writes to the console.
  console.warn = () => undefined;
  try {
    validate({ ...fields });
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    return [{ kind: "warning", reason: `The ledger may not take it: ${text.slice(0, MAX_WARNING)}` }];
  } finally {
    console.warn = warn;
  }
}

function opaque({ type, account, fields }: TransactionPayload): Intent {
  const digest = bytesToHex(sha256(utf8ToBytes(stringifyExactJson(fields))));
  return {
    kind: "opaque",
    reason: `a transaction ${type} of ${account} that is not decoded (SHA-256 ${digest})`,
  };
}

function action(payload: TransactionPayload): Intent | undefined {
  if (payload.type === "Payment") return payment(payload);
  if (payload.type === "TrustSet") return trustSet(payload);
  return undefined;
}

function payment(payload: TransactionPayload): Intent | undefined {
  const { fields, account: from } = payload;
  const parsed = v.safeParse(paymentSchema, fields);
  if (!parsed.success) return undefined;
  const { Destination: to, Amount } = parsed.output;
  const { value: amount, asset } = Amount;
  const others = otherFields(payload, PAYMENT_FIELDS);
  if (others.length === 0) return { kind: "transfer", from, to, amount, asset };
  const values = [`Amount=${amount} ${asset}`, ...others];
  return { kind: "contract-call", from, to, amount: "0", method: "Payment", arguments: values };
}

function trustSet(payload: TransactionPayload): Intent | undefined {
  const { fields, account: from } = payload;
  const parsed = v.safeParse(trustSetSchema, fields);
  if (!parsed.success) return undefined;
  const { value, asset } = parsed.output.LimitAmount;
  const values = [asset, value, ...otherFields(payload, ["LimitAmount"])];
  return { kind: "contract-call", from, to: from, amount: "0", method: "TrustSet", arguments: values };
}

/** What a transaction has besides these fields and those that all have: `Name=value`. */
function otherFields({ fields }: TransactionPayload, known: readonly string[]): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (COMMON_FIELDS.includes(name) || known.includes(name)) return [];
    if (name === "Flags" && (value === 0 || value === CANONICAL_SIGNATURE)) return [];
    const amount = v.safeParse(amountSchema, value);
    const isToken = amount.success && typeof value === "object";
    return `${name}=${isToken ? `${amount.output.value} ${amount.output.asset}` : stringifyExactJson(value)}`;
  });
}

function references({ fields }: TransactionPayload): readonly Intent[] {
  return REFERENCES.flatMap((field): readonly Intent[] => {
    if (fields[field] === undefined) return [];
    const value = v.parse(referenceSchema, fields[field]);
    const hex = typeof value === "number" ? value.toString(16).padStart(8, "0") : value.toLowerCase();
    return [{ kind: "data", field, hex }];
  });
}

function memos({ fields }: TransactionPayload): readonly Intent[] {
  const parsed = v.safeParse(memosSchema, fields);
  if (!parsed.success) return [{ kind: "opaque", reason: "memos that are not decoded" }];
  return parsed.output.Memos.flatMap(({ Memo }) =>
    Object.entries(Memo).map(([field, hex]): Intent => ({ kind: "data", field, hex: hex.toLowerCase() })),
  );
}
