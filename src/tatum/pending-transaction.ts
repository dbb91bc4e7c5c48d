/** The border to the Tatum API's lists of pending transactions: nothing goes on from here that was not parsed. */

import { createHash } from "node:crypto";
import * as v from "valibot";
import { MAXIMUM_PAYLOAD_LENGTH, type PendingTransaction } from "../../chains/chain.ts";
import { JsonDecimal, type JsonValue } from "../../chains/codec/exact-json.ts";
import { describeIssue, wrongMember } from "../../chains/codec/issue.ts";
import { TRANSACTION_ID } from "./transaction-id.ts";

/** Whether arrays and objects lie more than so many levels deep in a value. Needs no stack, however deep it is. */
export function isDeeperThan(levels: number, value: JsonValue): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level
      .filter((member) => typeof member === "object" && member !== null)
      .flatMap((member): readonly JsonValue[] => Object.values(member as object));
  }
  return false;
}

/** SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, as lower-case hex. */
function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

const MAXIMUM_SIGNERS = 10_000;
/** No real entry has more than four levels; deeper ones would use up the stack of whoever walks through them. */
const MAXIMUM_LEVELS = 50;
const MAXIMUM_INDEX = 2 ** 31 - 1;

const IDENTIFIER = "must be an identifier: at most 128 letters, digits, dashes and dots";
const TEXT_ID = /^[\w:-][\w.:-]{0,127}$/;
/** Identifiers become parts of URLs, where `.` and `..` would be other places. */
const identifier = v.pipe(v.string(IDENTIFIER), v.regex(TEXT_ID, IDENTIFIER));

const INDEX = `must be a whole number from 0 to ${MAXIMUM_INDEX}`;
/** Derivation indexes arrive as numbers, now and then as decimal text. */
const derivationIndex = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,10}$/), v.transform(Number))], INDEX),
  v.integer(INDEX),
  v.minValue(0, INDEX),
  v.maxValue(MAXIMUM_INDEX, INDEX),
);

const TOO_MANY = `must not have more than ${MAXIMUM_SIGNERS} entries`;
const TRANSACTION_ID_TEXT = "must be a transaction id";

const pendingTransactionSchema = v.object({
  id: identifier,
  chain: v.string(),
  serializedTransaction: v.pipe(
    v.string(),
    v.maxLength(MAXIMUM_PAYLOAD_LENGTH, `must not have more than ${MAXIMUM_PAYLOAD_LENGTH} characters`),
  ),
  hashes: v.nullish(v.pipe(v.array(identifier), v.maxLength(MAXIMUM_SIGNERS, TOO_MANY))),
  signatures: v.nullish(
    v.pipe(
      v.array(v.object({ id: identifier, index: v.nullish(derivationIndex) })),
      v.maxLength(MAXIMUM_SIGNERS, TOO_MANY),
    ),
  ),
  index: v.nullish(derivationIndex),
  withdrawalId: v.nullish(v.union([v.literal(""), identifier], IDENTIFIER)),
  withdrawalResponses: v.nullish(v.pipe(v.array(v.unknown()), v.maxLength(MAXIMUM_SIGNERS, TOO_MANY))),
  txId: v.nullish(v.union([v.literal(""), v.pipe(v.string(), v.regex(TRANSACTION_ID))], TRANSACTION_ID_TEXT)),
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
  /** When the API was asked for the list, in milliseconds of a clock that never goes back. */
  readonly listedAt: number;
}

/** An entry of the list that cannot be understood. */
export interface MalformedTransaction {
  readonly id?: string;
  /** Without a full stop. */
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

/** The id of an entry of the list, where it has a usable one. */
export function listedId(entry: JsonValue): string | undefined {
  return identifierOf(entry).id;
}

const namedWallets = v.object({
  hashes: v.fallback(v.array(v.string()), []),
  signatures: v.fallback(v.array(v.object({ id: v.string() })), []),
});

/** The first wallet that an entry of the list names, where it can be told before the entry is read. */
export function listedWallet(entry: JsonValue): string | undefined {
  const parsed = v.safeParse(namedWallets, entry);
  return parsed.success ? (parsed.output.hashes[0] ?? parsed.output.signatures[0]?.id) : undefined;
}

function identifierOf(entry: JsonValue): { id?: string } {
  const parsed = v.safeParse(v.object({ id: identifier }), entry);
  return parsed.success ? { id: parsed.output.id } : {};
}

/** Reads one entry of the list; a malformed one is told apart, so that the others go on. Throws nothing. */
export function readPendingTransaction(
  entry: JsonValue,
  chain: string,
  listedAt = performance.now(),
): ListEntry {
  if (isDeeperThan(MAXIMUM_LEVELS, entry))
    return { ...identifierOf(entry), problem: "it is nested too deeply" };
  const read = readEntry(entry, chain);
  return "transaction" in read ? { ...read, listedAt } : read;
}

/**
 * Whether what the API says of a transaction later is what it listed. What it leaves out then counts as it was.
 */
export function isStillSame(
  { asListed, contentDigest, transaction }: ListedTransaction,
  now: object,
): boolean {
  const said = Object.fromEntries(Object.entries(now).filter(([, member]) => member != null));
  const read = readPendingTransaction({ ...(asListed as object), ...said }, transaction.chain);
  return "transaction" in read && read.contentDigest === contentDigest;
}

function readEntry(
  entry: JsonValue,
  chain: string,
): Omit<ListedTransaction, "listedAt"> | MalformedTransaction {
  const parsed = v.safeParse(pendingTransactionSchema, entry);
  if (!parsed.success) {
    return { ...identifierOf(entry), problem: describeIssue(parsed.issues[0], { whole: "the entry" }) };
  }
  const read = parsed.output;
  if (read.chain !== chain) {
    return {
      id: read.id,
      problem: wrongMember("chain", `must be ${chain}, for which it was listed`, read.chain),
    };
  }
  const transaction: PendingTransaction = {
    id: read.id,
    chain,
    serializedTransaction: read.serializedTransaction,
    hashes: read.hashes ?? [],
    signatures: (read.signatures ?? []).map(({ id, index }) => (index == null ? { id } : { id, index })),
    ...(read.index != null && { index: read.index }),
    ...(read.withdrawalId && { withdrawalId: read.withdrawalId }),
    ...(read.withdrawalResponses != null && {
      withdrawalResponses: read.withdrawalResponses as readonly JsonValue[],
    }),
  };
  return {
    transaction,
    ...(read.txId && { completedAs: read.txId }),
    contentDigest: sha256Hex(canonicalJson(transaction)),
    asListed: entry,
  };
}
