/** One pending transaction, from the list of the API to its broadcast: understand, approve, sign, record, broadcast. */
import type {
  Chain,
  Intent,
  PendingTransaction,
  SignedTransaction,
  SigningRequest,
} from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import { ApiUnavailable } from "../api-unavailable.ts";
import { describeFailure } from "../describe-failure.ts";
import { type ErrorCode, KmsError } from "../errors.ts";
import { type Job, signedStates } from "../journal/job.ts";
import type { Outcome } from "../journal/job-outcome.ts";
import { UsedSequences } from "../journal/sequences.ts";
import type { Log } from "../operations/log.ts";
import type { JobMetrics } from "../operations/metrics.ts";
import { MAXIMUM_TX_DATA_LENGTH } from "../tatum/api.ts";
import type { ListedTransaction } from "../tatum/pending-transaction.ts";
import { isVaultFailure } from "../vault-failure.ts";
import { type BroadcastContext, broadcastJob } from "./broadcast.ts";
import { createChainEnvironment, type OutsideWorld } from "./environment.ts";
import type { FourEyeCheck } from "./policy/four-eye.ts";
import { resolveSigners, type WalletSource } from "./signers.ts";

export interface ProcessContext extends BroadcastContext, WalletSource {
  readonly world: OutsideWorld;
  /** Absent only on test networks without `--external-url`. */
  readonly fourEye?: FourEyeCheck | undefined;
  /** Whether to try everything now, whatever the waits: a single run has no later. */
  readonly ignoreWaits: boolean;
  readonly log: Log;
  readonly metrics: JobMetrics;
}

export interface UnderstoodTransaction {
  readonly request: SigningRequest;
  readonly intents: readonly Intent[];
  /** The account whose transactions keep their order, where the chain has such. */
  readonly account: string | undefined;
}

/** A pending transaction that is due, understood and ready to be approved. */
export interface PreparedTransaction extends UnderstoodTransaction {
  readonly listed: ListedTransaction;
  readonly job: Job;
}

async function beginJob(listed: ListedTransaction, context: ProcessContext): Promise<Job> {
  const { transaction, contentDigest } = listed;
  const known = await context.journal.find(transaction.chain, transaction.id);
  return known ?? context.journal.begin(transaction, context.world.network, contentDigest);
}

/** The cause of a failure in the words that may leave this machine: those about the transaction itself. */
function reportedText(failure: unknown): string {
  if (failure instanceof ChainError) return failure.reportedText;
  return "Error: The signer could not process the transaction; its log has the details.";
}

/** What passes by itself or by the operator's hand, and says nothing of the transaction. */
const passingCodes: readonly ErrorCode[] = [
  "NETWORK",
  "TOKEN",
  "WRONG_PIN",
  "NO_SUCH_KEY",
  "CONFIGURATION",
  "NO_ANSWER",
  "SECRET_NOT_FOUND",
  "SECRET_NOT_ALLOWED",
  "SECRET_ANSWER",
];

/** Cannot be signed now: told to the API if it is about this transaction, and tried again later. */
async function fail(job: Job, failure: unknown, context: ProcessContext): Promise<Outcome> {
  const { journal, log, reports, stopping } = context;
  if (isVaultFailure(failure)) throw failure;
  const isPassing = failure instanceof KmsError && passingCodes.includes(failure.code);
  if (isPassing && stopping.aborted) return "waiting";
  const problem = describeFailure(failure);
  log.error(`Could not process transaction id ${job.id}, error: ${problem}`);
  if (failure instanceof KmsError && ["JOURNAL", "LEASE_LOST"].includes(failure.code)) return "waiting";
  const asked = failure instanceof ApiUnavailable ? failure.retryAfter : undefined;
  const moved = await journal.retryLater(job, isPassing ? "seen" : "failed", { problem }, asked);
  if (!isPassing) reports.add(moved, reportedText(failure));
  return isPassing ? "waiting" : "failed";
}

function warnAbout(transaction: PendingTransaction, log: Log): (message: string) => void {
  return (message) => log.warn(`Transaction ${transaction.id}: ${message}`);
}

/**
 * Reads what a listed transaction would do, and with which wallets. Changes nothing.
 *
 * @param job as the transaction was seen before
 * @throws ChainError also when the content is not the one that was seen first
 */
export async function understand(
  { transaction, contentDigest }: ListedTransaction,
  job: Job | undefined,
  chain: Chain,
  context: ProcessContext,
): Promise<UnderstoodTransaction> {
  const { world, log } = context;
  const { id } = transaction;
  const { network } = world;
  if (job !== undefined && job.contentDigest !== contentDigest) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `The content of transaction ${id} was changed after it was listed first; it will not be signed.`,
    );
  }
  if (job !== undefined && job.network !== network) {
    throw new ChainError("NETWORK_MISMATCH", `Transaction ${id} was first listed on the ${job.network}.`);
  }
  const intents = chain.describe(transaction, network);
  const signers = await resolveSigners(transaction, chain, network, context, warnAbout(transaction, log));
  const request: SigningRequest = { transaction, signers };
  return { request, intents, account: await chain.sendingAccount(request) };
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
  const job = await beginJob(listed, context);
  if (job.state === "cancelled") return "skipped";
  if (signedStates.includes(job.state)) return { signedJob: job };
  if (!context.ignoreWaits && !context.journal.isDue(job)) return "skipped";
  try {
    return { listed, job, ...(await understand(listed, job, chain, context)) };
  } catch (failure) {
    return fail(job, failure, context);
  }
}

/** Asks the operator's server; `undefined` when it approved. */
async function approve(
  prepared: PreparedTransaction,
  context: ProcessContext,
): Promise<[Job, Outcome | undefined]> {
  const { fourEye, journal, log, stopping } = context;
  const { job, listed } = prepared;
  if (fourEye === undefined) return [await journal.move(job, "approved"), undefined];
  const approval = await fourEye.ask(listed);
  if (approval.kind === "approved") return [await journal.move(job, "approved"), undefined];
  if (approval.kind === "unreachable" && stopping.aborted) return [job, "waiting"];
  const problem = `the four-eye server ${approval.reason}`;
  if (approval.kind === "refused") {
    log.warn(`Transaction was refused: the four-eye server ${approval.reason}. ID: ${job.id}`);
    return [await journal.retryLater(job, "denied", { problem }), "denied"];
  }
  log.warn(`The four-eye server ${approval.reason}; not signed. ID: ${job.id}`);
  return [await journal.retryLater(job, "seen", { problem }, approval.retryAfter), "waiting"];
}

/** Bytes that were given up may have landed all the same: then nothing is signed. `undefined` when they did not. */
async function settleReleased(job: Job, context: ProcessContext): Promise<Outcome | undefined> {
  if (job.released === undefined) return undefined;
  const { api, journal, log } = context;
  const completion = await api.completion(job.id);
  if (completion.kind === "completed") {
    const { txId } = completion;
    log.warn(
      `Transaction ${job.id} was completed as ${txId} after its bytes had been given up; not signed anew.`,
    );
    await journal.close(job, "done", { txId });
    return "done";
  }
  if (completion.kind === "not-completed") return undefined;
  // It lists a transaction that it does not know: one of the two answers is wrong.
  const reason = completion.kind === "missing" ? "it does not know the transaction" : completion.reason;
  const problem = `the API does not tell what became of it: ${reason}`;
  await journal.retryLater(job, "seen", { problem });
  return "waiting";
}

/** Before it is recorded: nobody would take it, and it could be replaced only by a person. */
function assertFitsBroadcast({ id }: Job, { payload }: SignedTransaction): void {
  if (payload.length <= MAXIMUM_TX_DATA_LENGTH) return;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} is too large: signed it has ${payload.length} characters, the API takes ${MAXIMUM_TX_DATA_LENGTH}.`,
  );
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
  const settled = await settleReleased(job, context);
  if (settled !== undefined) return settled;
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
    assertFitsBroadcast(job, signed);
    const recorded = await journal.recordSigned(job, signed, used);
    const { outcome } = await broadcastJob(recorded, true, chain, environment, context);
    if (outcome === "done") log.info(`Tx was processed: ${job.id}`);
    return outcome;
  } catch (failure) {
    if (isVaultFailure(failure)) throw failure;
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
