/** The border to the Tatum API's lists of pending transactions: nothing goes on from here that was not parsed. */
import * as v from "valibot";
import type { PendingTransaction } from "../../chains/chain.ts";
import { JsonDecimal, type JsonValue } from "../../chains/codec/exact-json.ts";
import { sha256Hex } from "./digest.ts";
import { isDeeperThan } from "./json-depth.ts";
import { TRANSACTION_ID } from "./transaction-id.ts";

/** Four times what a broadcast takes as `txData`: unsigned transactions as JSON are longer than signed ones. */
const MAXIMUM_SERIALIZED_LENGTH = 4_000_000;
const MAXIMUM_SIGNERS = 10_000;
/** No real entry has more than four levels; deeper ones would use up the stack of whoever walks through them. */
const MAXIMUM_LEVELS = 50;
const MAXIMUM_INDEX = 2 ** 31 - 1;

/** Identifiers become parts of URLs, where `.` and `..` would be other places. */
const identifier = v.pipe(v.string(), v.regex(/^[\w:-][\w.:-]{0,127}$/, "is not an identifier"));

/** Derivation indexes arrive as numbers, now and then as decimal text. */
const derivationIndex = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,10}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(0),
  v.maxValue(MAXIMUM_INDEX, "is above 2^31 - 1"),
);

const pendingTransactionSchema = v.object({
  id: identifier,
  chain: v.string(),
  serializedTransaction: v.pipe(v.string(), v.maxLength(MAXIMUM_SERIALIZED_LENGTH)),
  hashes: v.nullish(v.pipe(v.array(identifier), v.maxLength(MAXIMUM_SIGNERS))),
  signatures: v.nullish(
    v.pipe(
      v.array(v.object({ id: identifier, index: v.nullish(derivationIndex) })),
      v.maxLength(MAXIMUM_SIGNERS),
    ),
  ),
  index: v.nullish(derivationIndex),
  withdrawalId: v.nullish(v.union([v.literal(""), identifier])),
  withdrawalResponses: v.nullish(v.pipe(v.array(v.unknown()), v.maxLength(MAXIMUM_SIGNERS))),
  txId: v.nullish(v.union([v.literal(""), v.pipe(v.string(), v.regex(TRANSACTION_ID))])),
});

/** A pending transaction as the API listed it. */
export interface ListedTransaction {
  readonly transaction: PendingTransaction;
  /** Set by the API once the transaction is done. */
  readonly completedAs?: string;
  /** SHA-256 (hex) of everything that decides what is signed; it tells when the API changes its mind. */
  readonly contentDigest: string;
  /** The transaction as it came, for a four-eye server that wants to see it. */
  readonly asListed: JsonValue;
}

/** An entry of the list that cannot be understood. */
export interface MalformedTransaction {
  readonly id?: string;
  readonly problem: string;
}

export type ListEntry = ListedTransaction | MalformedTransaction;

/** JSON text with sorted members, so that the same content always gives the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === "bigint" || member instanceof JsonDecimal) return `${member}n`;
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function identifierOf(entry: JsonValue): { id?: string } {
  const parsed = v.safeParse(v.object({ id: identifier }), entry);
  return parsed.success ? { id: parsed.output.id } : {};
}

/** Reads one entry of the list; a malformed one is told apart, so that the others go on. Throws nothing. */
export function readPendingTransaction(entry: JsonValue, chain: string): ListEntry {
  if (isDeeperThan(MAXIMUM_LEVELS, entry))
    return { ...identifierOf(entry), problem: "it is nested too deeply" };
  return readEntry(entry, chain);
}

function readEntry(entry: JsonValue, chain: string): ListEntry {
  const parsed = v.safeParse(pendingTransactionSchema, entry);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const place = v.getDotPath(issue) ?? "the entry";
    return {
      ...identifierOf(entry),
      problem: `${place} has an unexpected shape (expected ${issue.expected ?? "another"})`,
    };
  }
  const read = parsed.output;
  if (read.chain !== chain) {
    return { id: read.id, problem: `it was listed for ${chain} but says it belongs to another chain` };
  }
  const transaction: PendingTransaction = {
    id: read.id,
    chain,
    serializedTransaction: read.serializedTransaction,
    hashes: read.hashes ?? [],
    signatures: (read.signatures ?? []).map(({ id, index }) => (index == null ? { id } : { id, index })),
    ...(read.index == null ? {} : { index: read.index }),
    ...(read.withdrawalId ? { withdrawalId: read.withdrawalId } : {}),
    ...(read.withdrawalResponses == null
      ? {}
      : { withdrawalResponses: read.withdrawalResponses as readonly JsonValue[] }),
  };
  return {
    transaction,
    ...(read.txId ? { completedAs: read.txId } : {}),
    contentDigest: sha256Hex(canonicalJson(transaction)),
    asListed: entry,
  };
}
