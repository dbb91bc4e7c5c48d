/** The poll: what the API lists as pending on one chain. */
import { ApiUnavailable } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import type { Pipeline } from "../signing/pipeline.ts";
import type { Poll } from "../tatum/api.ts";
import type { ListedTransaction, MalformedTransaction } from "../tatum/pending-transaction.ts";

/** The API takes no more signature IDs for one chain and API key. */
const MAXIMUM_SIGNATURE_IDS = 25_000;

/** One round of one chain: with what, for whom. */
export interface Round {
  readonly pipeline: Pipeline;
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
  /** Milliseconds that the API asked to wait before the next poll. */
  readonly retryAfter?: number | undefined;
}

function describeWallets(signatureIds: readonly string[]): string {
  return signatureIds.length > 5 ? `${signatureIds.length} wallets` : `wallets ${signatureIds.join(",")}`;
}

function chooseWanted({ transactionIds, pipeline }: Round, list: Poll): ListedTransaction[] {
  const { log } = pipeline.services;
  const seen = new Set<string>();
  const result: ListedTransaction[] = [];
  for (const entry of list.entries) {
    if (!("transaction" in entry)) continue;
    const { id } = entry.transaction;
    if (entry.completedAs !== undefined || seen.has(id)) continue;
    seen.add(id);
    if (transactionIds !== undefined && !transactionIds.has(id)) {
      log.info(`Tx processing skipped: ${id}. Expected one of: ${[...transactionIds].join(", ")}`);
      continue;
    }
    result.push(entry);
  }
  return result;
}

/** Polls once. A poll that fails is logged, and gives an empty list that is not complete. */
export async function pollChain(round: Round): Promise<PollResult> {
  const { pipeline, signatureIds, onLatestVersion } = round;
  const { ticker } = pipeline.chain.facts;
  const { log, api, metrics, stopping } = pipeline.services;
  const nothing = { wanted: [], malformed: [], isWhole: false, isComplete: false, mayPass: false };
  if (signatureIds.length > MAXIMUM_SIGNATURE_IDS) {
    log.error(`Error: Exceeded limit ${MAXIMUM_SIGNATURE_IDS} wallets for chain ${ticker}.`);
    metrics.polled(ticker, "failure", Date.now());
    return nothing;
  }
  log.info(`Getting pending transaction from ${ticker} for ${describeWallets(signatureIds)}.`);
  try {
    const list = await api.pending(ticker, signatureIds);
    metrics.polled(ticker, "success", Date.now());
    if (list.latestVersion !== undefined) onLatestVersion(list.latestVersion);
    const { entries, listed } = list;
    if (listed > entries.length) {
      log.warn(
        `The API listed ${listed} pending transactions of ${ticker}; only the first ${entries.length} are worked on.`,
      );
    }
    const malformed = entries.flatMap((entry) => ("transaction" in entry ? [] : [entry]));
    const isWhole = listed === entries.length;
    const isComplete = isWhole && malformed.length === 0;
    const listedIds = new Set(
      entries.flatMap((entry) => ("transaction" in entry ? entry.transaction.id : [])),
    );
    return {
      wanted: chooseWanted(round, list),
      malformed,
      listedIds,
      isWhole,
      isComplete,
      mayPass: !isWhole,
    };
  } catch (failure) {
    if (!(failure instanceof ApiUnavailable)) throw failure;
    if (!stopping.aborted) {
      metrics.polled(ticker, "failure", Date.now());
      log.error(describeFailure(failure));
    }
    return { ...nothing, mayPass: failure.mayPass, retryAfter: failure.retryAfter };
  }
}
