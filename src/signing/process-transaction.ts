/** One pending transaction, from the list of the API to its broadcast: understand, approve, sign, record, broadcast. */
import type { Chain, PendingTransaction, SigningRequest } from "../../chains/chain.ts";
import { ChainError } from "../../chains/chain-error.ts";
import { type ErrorCode, KmsError } from "../errors.ts";
import type { Log } from "../operations/log.ts";
import { ApiUnavailable } from "../tatum/api-unavailable.ts";
import type { ListedTransaction } from "../tatum/pending-transaction.ts";
import type { FourEyeCheck } from "./approval.ts";
import { type BroadcastContext, broadcastJob } from "./broadcast-job.ts";
import { createChainEnvironment, type OutsideWorld } from "./chain-environment.ts";
import { describeFailure } from "./describe-failure.ts";
import { type Job, signedStates } from "./job.ts";
import type { Outcome } from "./job-outcome.ts";
import { nextAttempt } from "./next-attempt.ts";
import { resolveSigners, type WalletSource } from "./resolve-signers.ts";
import { UsedSequences } from "./used-sequences.ts";

export interface ProcessContext extends BroadcastContext, WalletSource {
  readonly world: OutsideWorld;
  /** Absent only on test networks without `--external-url`. */
  readonly fourEye?: FourEyeCheck | undefined;
  /** Whether to try everything now, whatever the waits: a single run has no later. */
  readonly ignoreWaits: boolean;
  readonly log: Log;
}

/** A pending transaction that is due, understood and ready to be approved. */
export interface PreparedTransaction {
  readonly listed: ListedTransaction;
  readonly job: Job;
  readonly request: SigningRequest;
  /** The account whose transactions keep their order, where the chain has such. */
  readonly account: string | undefined;
}

async function beginJob(listed: ListedTransaction, context: ProcessContext): Promise<Job> {
  const { transaction, contentDigest } = listed;
  const known = await context.journal.find(transaction.chain, transaction.id);
  return known ?? context.journal.begin(transaction, context.world.network, contentDigest, Date.now());
}

/** The cause of a failure in the words that may leave this machine: those about the transaction itself. */
function reportedText(failure: unknown): string {
  if (failure instanceof ChainError) return failure.reportedText;
  return "Error: The signer could not process the transaction; its log has the details.";
}

/** What passes by itself or by the operator's hand, and says nothing of the transaction. */
const passingCodes: readonly ErrorCode[] = ["NETWORK", "VAULT_BUSY", "TOKEN", "WRONG_PIN", "NO_SUCH_KEY"];

/** Cannot be signed now: told to the API if it is about this transaction, and tried again later. */
async function fail(job: Job, failure: unknown, context: ProcessContext): Promise<Outcome> {
  const { journal, log, reports, period, stopping } = context;
  const isPassing = failure instanceof KmsError && passingCodes.includes(failure.code);
  if (isPassing && stopping.aborted) return "waiting";
  const problem = describeFailure(failure);
  log.error(`Could not process transaction id ${job.id}, error: ${problem}`);
  if (failure instanceof KmsError && failure.code === "JOURNAL") return "waiting";
  const attempts = job.attempts + 1;
  const asked = failure instanceof ApiUnavailable ? failure.retryAfter : undefined;
  const attemptAt = nextAttempt(attempts, period, Date.now(), asked);
  const state = isPassing ? "seen" : "failed";
  const moved = await journal.move(job, state, { attempts, attemptAt, problem }, Date.now());
  if (!isPassing) reports.add(moved, reportedText(failure));
  return isPassing ? "waiting" : "failed";
}

function warnAbout(transaction: PendingTransaction, log: Log): (message: string) => void {
  return (message) => log.warn(`Transaction ${transaction.id}: ${message}`);
}

/**
 * Looks at a listed transaction: begins its job, or finds where it stands, and reads what it would do.
 * @returns the job when it is signed, to be resumed; the outcome when nothing is to be done now.
 */
export async function prepareTransaction(
  listed: ListedTransaction,
  chain: Chain,
  context: ProcessContext,
): Promise<PreparedTransaction | { readonly signedJob: Job } | Outcome> {
  const { transaction, contentDigest } = listed;
  const { log } = context;
  const job = await beginJob(listed, context);
  if (signedStates.includes(job.state)) return { signedJob: job };
  if (!context.ignoreWaits && job.attemptAt > Date.now()) return "skipped";
  try {
    if (job.contentDigest !== contentDigest) {
      throw new ChainError(
        "INVALID_TRANSACTION",
        `The content of transaction ${job.id} was changed after it was listed first; it will not be signed.`,
      );
    }
    if (job.network !== context.world.network) {
      throw new ChainError(
        "NETWORK_MISMATCH",
        `Transaction ${job.id} was first listed on the ${job.network}.`,
      );
    }
    chain.describe(transaction, context.world.network);
    const warn = warnAbout(transaction, log);
    const signers = await resolveSigners(transaction, chain, context.world.network, context, warn);
    const request: SigningRequest = { transaction, signers };
    return { listed, job, request, account: await chain.sendingAccount(request) };
  } catch (failure) {
    return fail(job, failure, context);
  }
}

/** Asks the operator's server; `undefined` when it approved. */
async function approve(
  prepared: PreparedTransaction,
  context: ProcessContext,
): Promise<[Job, Outcome | undefined]> {
  const { fourEye, journal, log, period, stopping } = context;
  const { job, listed } = prepared;
  if (fourEye === undefined) return [await journal.move(job, "approved", {}, Date.now()), undefined];
  const approval = await fourEye.ask(listed);
  if (approval.kind === "approved") return [await journal.move(job, "approved", {}, Date.now()), undefined];
  if (approval.kind === "unreachable" && stopping.aborted) return [job, "waiting"];
  const attempts = job.attempts + 1;
  const asked = approval.kind === "unreachable" ? approval.retryAfter : undefined;
  const attemptAt = nextAttempt(attempts, period, Date.now(), asked);
  const problem = `the external system answered ${approval.reason}`;
  if (approval.kind === "refused") {
    log.warn(`Transaction was refused by the external system (${approval.reason}). ID: ${job.id}`);
    return [await journal.move(job, "denied", { attempts, attemptAt, problem }, Date.now()), "denied"];
  }
  log.warn(`The external system is unreachable (${approval.reason}); not signed. ID: ${job.id}`);
  return [await journal.move(job, "seen", { attempts, attemptAt, problem }, Date.now()), "waiting"];
}

/** Approves, signs, records and broadcasts. */
export async function processTransaction(
  prepared: PreparedTransaction,
  chain: Chain,
  context: ProcessContext,
): Promise<Outcome> {
  const { journal, log, world } = context;
  if (context.stopping.aborted) return "waiting";
  const [job, denied] = await approve(prepared, context);
  if (denied !== undefined) return denied;
  if (context.stopping.aborted) return "waiting";
  try {
    const { request, account } = prepared;
    const used =
      account === undefined
        ? UsedSequences.none()
        : await journal.usedSequences(job.chain, job.network, account);
    const environment = createChainEnvironment(
      chain,
      world,
      account,
      used,
      warnAbout(request.transaction, log),
    );
    const signed = await chain.sign(request, environment);
    const recorded = await journal.recordSigned(job, signed, used, Date.now());
    const { outcome } = await broadcastJob(recorded, true, chain, environment, context);
    if (outcome === "done") log.info(`Tx was processed: ${job.id}`);
    return outcome;
  } catch (failure) {
    const current = await journal.find(job.chain, job.id);
    if (current !== undefined && signedStates.includes(current.state)) {
      log.error(
        `Transaction ${job.id} is signed but its broadcast was interrupted: ${describeFailure(failure)}`,
      );
      return "waiting";
    }
    return fail(current ?? job, failure, context);
  }
}

/**
 * A job whose bytes exist: broadcast them (again), or tell the API that it is done.
 * @param isListed whether the API lists the transaction as pending
 */
export async function resume(
  job: Job,
  isListed: boolean,
  chain: Chain,
  context: ProcessContext,
): Promise<Outcome> {
  const { log, world, api } = context;
  if (context.stopping.aborted) return "waiting";
  if (job.network !== world.network) return "skipped";
  if (job.state === "parked") {
    if (context.ignoreWaits) log.warn(`Transaction ${job.id} is parked: ${job.problem}.`);
    return "parked";
  }
  if (!context.ignoreWaits && job.attemptAt > Date.now()) return "skipped";
  if (job.state === "done") {
    if (job.txId !== undefined) await api.markComplete(job.id, job.txId);
    await context.journal.move(
      job,
      "done",
      { attempts: job.attempts + 1, attemptAt: nextAttempt(job.attempts + 1, context.period, Date.now()) },
      Date.now(),
    );
    return "skipped";
  }
  const environment = createChainEnvironment(chain, world, undefined, UsedSequences.none(), (message) =>
    log.warn(`Transaction ${job.id}: ${message}`),
  );
  const { outcome } = await broadcastJob(job, isListed, chain, environment, context);
  if (outcome === "done") log.info(`Tx was processed: ${job.id}`);
  return outcome;
}
