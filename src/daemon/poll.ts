/** The poll: what the API lists as pending on one chain. */
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { chainOfKey } from "../api-key-name.ts";
import { ApiUnavailable } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import type { Pipeline } from "../signing/pipeline.ts";
import { MAXIMUM_LIST_BYTES } from "../tatum/api.ts";
import { type Listing, MAXIMUM_SIGNATURE_IDS, type PendingList } from "../tatum/pending-list.ts";
import {
  type ListEntry,
  type ListedTransaction,
  listedId,
  listedWallet,
  type MalformedTransaction,
  readPendingTransaction,
} from "../tatum/pending-transaction.ts";

/** Longer lists are freed of what nothing is to be done for, before a part of them is chosen. */
const SHORT_LIST = 1000;

/** One round of one chain: with what, for whom. */
export interface Round {
  readonly pipeline: Pipeline;
  /** The chain's, which outlasts the rounds. */
  readonly list: PendingList;
  readonly signatureIds: readonly string[];
  /** Only these pending transactions, when given. */
  readonly transactionIds?: ReadonlySet<string> | undefined;
  /** Told the API's announcement of the newest version. */
  readonly onLatestVersion: (announcement: string) => void;
}

export interface PollResult {
  /** The transactions to work on, each once. */
  readonly wanted: readonly ListedTransaction[];
  readonly malformed: readonly MalformedTransaction[];
  /** The ids of everything that was listed, also of what is not wanted; absent without an answer. */
  readonly listedIds?: ReadonlySet<string>;
  /** Whether that is all there is. */
  readonly isWhole: boolean;
  /** Whether there was an answer and all of it could be read. */
  readonly isComplete: boolean;
  /** Whether what is missing may come with the next poll without anybody's doing. */
  readonly mayPass: boolean;
  /** Milliseconds that it took to read the answer. */
  readonly readingTime?: number;
  /** Milliseconds that the API asked to wait before the next poll. */
  readonly retryAfter?: number | undefined;
}

function describeWallets(signatureIds: readonly string[]): string {
  return signatureIds.length > 5 ? `${signatureIds.length} wallets` : `wallets ${signatureIds.join(",")}`;
}

/** Which of these transactions need nothing done now; for the choice among many. */
export type LeaveOut = (ids: readonly string[]) => Promise<ReadonlySet<string>>;

/** Each id once, of each wallet in turn; entries without an id are kept. */
function onceEach(entries: readonly JsonValue[]): JsonValue[] {
  const byId = new Map<string, JsonValue>();
  const nameless = entries.filter((entry) => {
    const id = listedId(entry);
    if (id !== undefined && !byId.has(id)) byId.set(id, entry);
    return id === undefined;
  });
  return [...byWallets([...byId.values()]), ...nameless];
}

/** One of each wallet, then the next of each: what is listed for one wallet does not hold up the others. */
function byWallets(entries: readonly JsonValue[]): JsonValue[] {
  const numbered = new Map<string | undefined, number>();
  const rows: JsonValue[][] = [];
  for (const entry of entries) {
    const wallet = listedWallet(entry);
    const row = numbered.get(wallet) ?? 0;
    numbered.set(wallet, row + 1);
    rows[row] ??= [];
    rows[row].push(entry);
  }
  return rows.flat();
}

/** What one round reads of a list, which may be longer than that. */
async function choose(
  { list, transactionIds }: Round,
  entries: readonly JsonValue[],
  leaveOut: LeaveOut,
): Promise<{ readonly chosen: readonly JsonValue[]; readonly candidates: number }> {
  if (entries.length <= SHORT_LIST) return { chosen: list.inTurn(entries), candidates: entries.length };
  const ordered = onceEach(entries);
  const resting = await leaveOut(ordered.flatMap((entry) => listedId(entry) ?? []));
  const candidates = ordered.filter((entry) => !resting.has(listedId(entry) ?? ""));
  const isNamed = (entry: JsonValue): boolean => transactionIds?.has(listedId(entry) ?? "") === true;
  const rest = candidates.filter((entry) => !isNamed(entry));
  const chosen = [...candidates.filter(isNamed), ...list.inTurn(rest)];
  return { chosen, candidates: candidates.length };
}

function chooseWanted(
  { transactionIds, pipeline }: Round,
  entries: readonly ListEntry[],
): ListedTransaction[] {
  const { log } = pipeline.services;
  const seen = new Set<string>();
  const result: ListedTransaction[] = [];
  for (const entry of entries) {
    if (!("transaction" in entry)) continue;
    const { id } = entry.transaction;
    if (entry.completedAs !== undefined || seen.has(id)) continue;
    seen.add(id);
    if (transactionIds !== undefined && !transactionIds.has(id)) {
      const expected = [...transactionIds].join(", ");
      const event = { action: "transaction-skipped", chain: pipeline.chain.facts.ticker, job: id } as const;
      log.info(`Tx processing skipped: ${id}. Expected one of: ${expected}`, event);
      continue;
    }
    result.push(entry);
  }
  return result;
}

/** Tells what is missing from a list that came in part. */
function tellMissing({ pipeline }: Round, { tooLong, failure }: Listing): void {
  const { chain, services } = pipeline;
  for (const signatureId of tooLong) {
    services.log.error(
      `No pending transaction of ${chain.facts.ticker} for wallet ${signatureId} is signed: the answer is larger than ${MAXIMUM_LIST_BYTES} bytes for this wallet alone.`,
      { action: "list-incomplete", chain: chain.facts.ticker },
    );
  }
  if (failure !== undefined && !services.stopping.aborted) {
    const event = { action: "poll-failed", chain: chain.facts.ticker, failure } as const;
    services.log.error(describeFailure(failure), event);
  }
}

/** Chooses from what was listed, and reads it. */
async function read(round: Round, listing: Listing, leaveOut: LeaveOut): Promise<PollResult> {
  const { chain, services } = round.pipeline;
  const { ticker } = chain.facts;
  const { entries, isWhole, failure } = listing;
  tellMissing(round, listing);
  const { chosen, candidates } = await choose(round, entries, leaveOut);
  if (candidates > chosen.length) {
    services.log.warn(
      `The API listed ${entries.length} pending transactions of ${ticker}; ${chosen.length} of them are worked on now, the rest in turn.`,
      { action: "list-incomplete", chain: ticker },
    );
  }
  const readable = chosen.map((entry) => readPendingTransaction(entry, ticker, listing.listedAt));
  const malformed = readable.flatMap((entry) => ("transaction" in entry ? [] : [entry]));
  for (const { id } of malformed) if (id !== undefined) round.list.lookedAt(id);
  const isAll = isWhole && candidates === chosen.length;
  return {
    wanted: chooseWanted(round, readable),
    malformed,
    listedIds: new Set(entries.flatMap((entry) => listedId(entry) ?? [])),
    isWhole,
    isComplete: isAll && malformed.length === 0,
    mayPass: candidates > chosen.length || (!isWhole && listing.tooLong.length === 0),
    retryAfter: failure?.retryAfter,
  };
}

const nothing: PollResult = {
  wanted: [],
  malformed: [],
  isWhole: false,
  isComplete: false,
  mayPass: false,
};

/**
 * Polls once. A poll that fails is logged, and gives an empty list that is not complete.
 * @param leaveOut asked when more is listed than one round works on
 */
export async function pollChain(round: Round, leaveOut: LeaveOut): Promise<PollResult> {
  const { pipeline, list, signatureIds, onLatestVersion } = round;
  const { ticker } = pipeline.chain.facts;
  const { log, api, metrics, stopping, troubles } = pipeline.services;
  const subject = chainOfKey(ticker, api.apiKeyName);
  // Only what was begun before is worked off.
  if (signatureIds.length === 0) return { ...nothing, isWhole: true, isComplete: true };
  if (signatureIds.length > MAXIMUM_SIGNATURE_IDS) {
    const event = { action: "poll-failed", chain: ticker } as const;
    log.error(`Error: Exceeded limit ${MAXIMUM_SIGNATURE_IDS} wallets for chain ${subject}.`, event);
    metrics.polled(ticker, "failure", Date.now());
    return nothing;
  }
  log.debug(`Getting pending transaction from ${subject} for ${describeWallets(signatureIds)}.`, {
    action: "poll-begun",
    chain: ticker,
  });
  try {
    const listing = await metrics.timed("poll", { chain: ticker }, () => list.poll(api, signatureIds));
    const isAnswered = listing.failure === undefined && listing.tooLong.length === 0;
    metrics.polled(ticker, isAnswered ? "success" : "failure", Date.now());
    if (listing.failure === undefined) troubles.ended("api", subject);
    else if (!stopping.aborted) troubles.began("api", subject);
    if (listing.latestVersion !== undefined) onLatestVersion(listing.latestVersion);
    const answeredAt = performance.now();
    const result = await read(round, listing, leaveOut);
    return { ...result, readingTime: performance.now() - answeredAt };
  } catch (failure) {
    if (!(failure instanceof ApiUnavailable)) throw failure;
    if (!stopping.aborted) {
      metrics.polled(ticker, "failure", Date.now());
      troubles.began("api", subject);
      log.error(describeFailure(failure), { action: "poll-failed", chain: ticker, failure });
    }
    return {
      ...nothing,
      mayPass: failure.mayPass,
      retryAfter: failure.retryAfter,
    };
  }
}
