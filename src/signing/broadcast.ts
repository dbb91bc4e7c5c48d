/** The last steps of a job: hand the recorded bytes over, and find out what became of them. */
import type { Chain, ChainEnvironment } from "../../chains/chain.ts";
import { ChainError, sentence } from "../../chains/error.ts";
import { ApiUnavailable } from "../api-unavailable.ts";
import { KmsError } from "../errors.ts";
import { backoff, pause } from "../http/retry.ts";
import { type Job, signedOfRecord } from "../journal/job.ts";
import type { Outcome } from "../journal/job-outcome.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../operations/log.ts";
import type { BroadcastAnswer, TatumApi } from "../tatum/api.ts";
import { sameTransactionId } from "../tatum/same-transaction-id.ts";
import { isAlreadyKnown } from "./already-known.ts";
import type { ErrorReports } from "./error-reports.ts";
import type { ParkedReminder } from "./reminders.ts";

/** So many refusals of the same bytes need a person. The waits between them add up to more than an hour. */
const MAXIMUM_REFUSALS = 12;

/** Attempts within one round, with a look at the API between them. */
const ATTEMPTS_PER_ROUND = 3;

export interface BroadcastContext {
  readonly journal: Journal;
  readonly api: TatumApi;
  readonly reports: ErrorReports;
  readonly log: Log;
  readonly parkedReminder: ParkedReminder;
  /** Milliseconds between attempts within a round. */
  readonly retryDelay: number;
  readonly stopping: AbortSignal;
}

/** The network carried the transaction out, and it failed there. Its bytes are used up. */
interface FailedOnChain {
  readonly kind: "failed-on-chain";
  readonly reason: string;
  readonly reportedText: string;
}

async function submit(
  chain: Chain,
  job: Job,
  environment: ChainEnvironment,
  api: TatumApi,
): Promise<BroadcastAnswer | FailedOnChain> {
  if (job.signed === undefined) throw new KmsError("JOURNAL", `Job ${job.id} holds no signed bytes.`);
  let txData = job.signed.payload;
  if (chain.submit !== undefined) {
    try {
      txData = await chain.submit(signedOfRecord(job.signed), environment);
    } catch (failure) {
      // A node that did not answer as agreed may have taken the transaction all the same.
      if (failure instanceof ChainError && failure.code === "FAILED_ON_CHAIN") {
        return { kind: "failed-on-chain", reason: failure.message, reportedText: failure.reportedText };
      }
      if (failure instanceof ChainError) {
        const kind = failure.code === "NODE_ANSWER_INVALID" ? "unclear" : "refused";
        return { kind, reason: failure.message };
      }
      if (failure instanceof ApiUnavailable && failure.retryAfter !== undefined) {
        return { kind: "unclear", reason: failure.message, retryAfter: failure.retryAfter };
      }
      if (failure instanceof KmsError) return { kind: "unclear", reason: failure.message };
      throw failure;
    }
  }
  return api.broadcast({
    path: chain.facts.broadcastPath,
    currency: job.chain,
    txData,
    signatureId: job.id,
    withdrawalId: chain.facts.offChainWithdrawal ? job.withdrawalId : undefined,
  });
}

interface Step {
  readonly job: Job;
  readonly outcome: Outcome;
}

/** How long the API may take to drop a finished transaction from its list before it is told again: 1 minute. */
const GRACE_AFTER_DONE = 60_000;

async function finish(job: Job, txId: string, { journal }: BroadcastContext): Promise<Step> {
  const changes = { txId, attempts: 0, rest: GRACE_AFTER_DONE };
  return { job: await journal.move(job, "done", changes), outcome: "done" };
}

async function park(job: Job, problem: string, { journal, parkedReminder }: BroadcastContext): Promise<Step> {
  const parked = await journal.move(job, "parked", { problem });
  parkedReminder.parked(parked);
  return { job: parked, outcome: "parked" };
}

/**
 * What follows from the API's word that a job is done. Under our own transaction id it is; under another one somebody
 * else completed it, while our bytes may still land: a person has to look.
 */
function complete(job: Job, txId: string, context: BroadcastContext): Promise<Step> {
  if (job.signed === undefined || sameTransactionId(txId, job.signed.transactionId))
    return finish(job, txId, context);
  const { transactionId } = job.signed;
  return park(
    job,
    `the API completed it as ${txId}, but the bytes signed here have the id ${transactionId}`,
    context,
  );
}

/** Tries again in a later round. */
async function postpone(job: Job, problem: string, context: BroadcastContext, asked?: number): Promise<Step> {
  return { job: await context.journal.retryLater(job, job.state, { problem }, asked), outcome: "waiting" };
}

/** Whether the network proves that the bytes can no longer land. Without a proof they count as on their way. */
async function hasExpired(job: Job, chain: Chain, environment: ChainEnvironment): Promise<boolean> {
  if (job.signed === undefined || chain.isExpired === undefined) return false;
  try {
    return await chain.isExpired(signedOfRecord(job.signed), environment);
  } catch (failure) {
    if (failure instanceof ChainError || failure instanceof KmsError) return false;
    throw failure;
  }
}

/** The next round approves and signs the pending transaction again, if the API still lists it. */
async function startAnew(job: Job, { journal, log }: BroadcastContext): Promise<Step> {
  log.warn(`Transaction ${job.id} expired as ${job.signed?.transactionId} without landing; it starts anew.`);
  return { job: await journal.release(job), outcome: "waiting" };
}

/**
 * Sends the recorded bytes of a job in the state `signed` or `sent`. Bytes that may already be on their way are sent
 * again only after the API was asked, and always the same ones.
 *
 * @param isListed whether the API lists the transaction as pending. Otherwise it may have been cancelled, and is sent
 * only when the API says that it is still pending.
 */
export async function broadcastJob(
  job: Job,
  isListed: boolean,
  chain: Chain,
  environment: ChainEnvironment,
  context: BroadcastContext,
): Promise<Step> {
  const { journal, api, log, stopping } = context;
  let current = job;
  let problem = "";
  let wait: number | undefined;
  for (let attempt = 0; attempt < ATTEMPTS_PER_ROUND; attempt++) {
    if (current.state !== "signed" || !isListed) {
      const completion = await api.completion(current.id);
      if (completion.kind === "completed") return complete(current, completion.txId, context);
      if (stopping.aborted) return { job: current, outcome: "waiting" };
      if (!isListed && completion.kind === "missing") {
        return park(current, "the API does not know it any more, so it may have been cancelled", context);
      }
      if (!isListed && completion.kind === "unclear") {
        return postpone(current, `the API does not tell what became of it: ${completion.reason}`, context);
      }
      if (completion.kind !== "unclear" && current.state === "sent") {
        if (await hasExpired(current, chain, environment)) return startAnew(current, context);
      }
    }
    if (stopping.aborted) return { job: current, outcome: "waiting" };
    current = await journal.move(current, "sent");
    const answer = await submit(chain, current, environment, api);
    if (answer.kind === "accepted") {
      const { transactionId } = current.signed ?? {};
      if (transactionId !== undefined && !sameTransactionId(answer.txId, transactionId)) {
        log.warn(
          `The API calls transaction ${current.id} ${answer.txId}; the bytes signed here have the id ${transactionId}.`,
        );
      }
      if (answer.note !== undefined) log.warn(`Transaction ${current.id}: ${answer.note}.`);
      if (!answer.markedComplete) await api.markComplete(current.id, answer.txId);
      return finish(current, answer.txId, context);
    }
    problem = answer.reason;
    if (answer.kind === "refused") return refuse(current, answer.reason, chain, context);
    if (answer.kind === "failed-on-chain") {
      const parked = await park(current, answer.reason, context);
      context.reports.add(parked.job, answer.reportedText);
      return parked;
    }
    log.warn(sentence(`Broadcast of transaction ${current.id} is unclear: ${answer.reason}`));
    wait = answer.retryAfter;
    const delay = Math.max(backoff(attempt, context.retryDelay, 10 * context.retryDelay), wait ?? 0);
    if (attempt + 1 < ATTEMPTS_PER_ROUND && delay <= 10 * context.retryDelay) await pause(delay, stopping);
    else break;
  }
  return postpone(current, problem, context, wait);
}

/** Whether a refusal only means that these very bytes are out already: the node says so, or the network has them. */
async function hasLanded(job: Job, reason: string, chain: Chain, api: TatumApi): Promise<boolean> {
  if (job.signed === undefined) return false;
  const { transactionId } = job.signed;
  if (isAlreadyKnown(reason, transactionId)) return true;
  return (await api.isOnChain(chain.facts.broadcastPath, transactionId)) === "yes";
}

/** A definite no. The bytes are out, so they stay the only ones; they are offered again at growing intervals. */
async function refuse(job: Job, reason: string, chain: Chain, context: BroadcastContext): Promise<Step> {
  const { api, journal, reports, log, parkedReminder } = context;
  const completion = await api.completion(job.id);
  if (completion.kind === "completed") return complete(job, completion.txId, context);
  if (job.signed !== undefined && (await hasLanded(job, reason, chain, api))) {
    const { transactionId } = job.signed;
    await api.markComplete(job.id, transactionId);
    return finish(job, transactionId, context);
  }
  const refusals = job.refusals + 1;
  const state = refusals >= MAXIMUM_REFUSALS ? "parked" : "sent";
  log.error(sentence(`Broadcast of transaction ${job.id} was refused: ${reason}`));
  const moved = await journal.retryLater(job, state, { refusals, problem: reason });
  if (state === "parked") parkedReminder.parked(moved);
  reports.add(moved, `Error: ${reason}`);
  return { job: moved, outcome: state === "parked" ? "parked" : "waiting" };
}
