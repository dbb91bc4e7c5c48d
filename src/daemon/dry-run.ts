/** `daemon --dry-run`: everything but signing and sending; nothing is changed, here or at the API. */
import type { Intent } from "../../chains/chain.ts";
import { Recent } from "../../chains/codec/recent.ts";
import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import type { Fence } from "../journal/change.ts";
import { isClosed, type Job, signedStates } from "../journal/job.ts";
import { type Decision, decide, type Policy } from "../signing/policy/policy.ts";
import type { ListedTransaction } from "../tatum/pending-transaction.ts";
import { pollChain, type Round } from "./poll.ts";
import type { BegunRound, RoundResult } from "./round.ts";

/** Transactions that are remembered as printed, the latest. */
const MAXIMUM_REMEMBERED = 100_000;

/** What would happen to one pending transaction. */
export interface Forecast {
  readonly id?: string;
  readonly chain: string;
  readonly signatureIds: readonly string[];
  readonly intents: readonly Intent[];
  /** What the four-eye server said; `not asked` where it would not be asked. */
  readonly approval: Decision["kind"] | "not asked";
  readonly wouldSign: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** The fence of a journal that is only read. */
export const readOnly: Fence = {
  assertHeld: () => Promise.reject(new KmsError("INTERNAL", "A dry run changes nothing in the journal.")),
};

/** Why a job is not signed whatever its transaction says. */
function settledReason({ state, signed, problem }: Job): string | undefined {
  if (state === "parked") return `it is parked: ${problem}`;
  if (isClosed(state)) return `it is ${state}`;
  if (signedStates.includes(state))
    return `it was signed before; the same bytes (${signed?.transactionId}) are sent`;
  return undefined;
}

async function ask(
  policies: readonly Policy[],
  listed: ListedTransaction,
  intents: readonly Intent[],
): Promise<Pick<Forecast, "approval" | "wouldSign" | "reason">> {
  if (policies.length === 0) return { approval: "not asked", wouldSign: true };
  const decision = await decide(policies, listed, intents);
  if (decision.kind === "approved") return { approval: "approved", wouldSign: true };
  const reason = `the ${decision.by} ${decision.reason}`;
  return { approval: decision.kind, wouldSign: false, reason };
}

async function forecast(listed: ListedTransaction, { pipeline }: Round): Promise<Forecast> {
  const { id, chain: ticker, hashes, signatures } = listed.transaction;
  const about = {
    id,
    chain: ticker,
    signatureIds: [...hashes, ...signatures.map((signature) => signature.id)],
  };
  const no = {
    ...about,
    intents: [],
    approval: "not asked",
    wouldSign: false,
  } as const;
  try {
    const job = await pipeline.services.journal.find(id);
    const reason = job && settledReason(job);
    if (reason !== undefined) return { ...no, reason };
    const { intents, request } = await pipeline.understand(listed, job);
    if (request.signers.length === 0)
      return { ...no, intents, reason: "the vault holds none of its wallets" };
    return {
      ...about,
      intents,
      ...(await ask(pipeline.services.policies, listed, intents)),
    };
  } catch (failure) {
    return { ...no, reason: describeFailure(failure) };
  }
}

/** A round that prints what would happen, each transaction once. */
export function createDryRound(print: (forecast: Forecast) => void): (round: Round) => Promise<BegunRound> {
  const printed = new Recent<true>(MAXIMUM_REMEMBERED);
  const isNew = (...parts: readonly (string | undefined)[]): boolean => {
    const key = parts.join("\n");
    if (printed.has(key)) return false;
    printed.set(key, true);
    return true;
  };
  return async (round) => {
    const { wanted, malformed, isComplete, retryAfter } = await pollChain(round, async () => new Set());
    const { ticker } = round.pipeline.chain.facts;
    for (const { id, problem } of malformed) {
      if (!isNew(ticker, id, problem)) continue;
      const reason = `it cannot be read: ${problem}`;
      const nothing = {
        signatureIds: [],
        intents: [],
        approval: "not asked",
        wouldSign: false,
      } as const;
      print({
        ...(id === undefined ? {} : { id }),
        chain: ticker,
        ...nothing,
        reason,
      });
    }
    for (const listed of wanted) {
      if (round.pipeline.services.stopping.aborted) break;
      if (isNew(ticker, listed.transaction.id, listed.contentDigest)) print(await forecast(listed, round));
    }
    const result: RoundResult = { isFinished: isComplete };
    return { retryAfter, ended: Promise.resolve(result) };
  };
}
