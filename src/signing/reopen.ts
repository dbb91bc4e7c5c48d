/** What a person has done with a job once more: taken up again, sent again, or taken on with the content that it has now. */
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { KmsError } from "../errors.ts";
import { findJob, type ShownJob, showJob } from "../journal/inspect.ts";
import { type Job, signedOfRecord, walletsOf } from "../journal/job.ts";
import { type ListedTransaction, listedId, readPendingTransaction } from "../tatum/pending-transaction.ts";
import { sameTransactionId } from "../tatum/transaction-id.ts";
import type { Vault } from "../vault/vault.ts";
import { submitBytes } from "./broadcast.ts";
import {
  assertNotLanded,
  assertPending,
  type DecisionArguments,
  type DecisionContext,
  decisionContext,
  isConfirmed,
  isSigned,
  type Person,
  type SignedJob,
  silence,
} from "./resolve.ts";

/** Which job, and in which vault. */
export interface JobOfVault {
  readonly vault: Vault;
  readonly id: string;
}

/** @throws KmsError `USAGE` for a job that ended so long ago that little is kept of it */
function assertKept({ id, isSettled }: Job): void {
  if (isSettled !== true) return;
  throw new KmsError("USAGE", `Job ${id} ended so long ago that what was signed is not kept any more.`, {
    hint: "Let the payment be made by a new pending transaction.",
  });
}

/**
 * Takes up a job again that a person ended by mistake: it is approved and signed anew. What holds for signing anew holds here.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE`, `NETWORK`, `JOURNAL`, `NOT_CONFIRMED`
 */
export async function reopenJob(
  { vault, id }: JobOfVault,
  args: DecisionArguments,
  person: Person,
): Promise<ShownJob> {
  const job = await findJob(vault, id);
  if (job.state !== "cancelled")
    throw new KmsError("USAGE", `Job ${id} is ${job.state}; only one that a person ended is taken up again.`);
  assertKept(job);
  if (job.signed === undefined && job.released !== undefined) {
    throw new KmsError("USAGE", `Bytes of job ${id} were given up before it was ended; it stays ended.`, {
      hint: "Let the payment be made by a new pending transaction.",
    });
  }
  if (isSigned(job)) isConfirmed(job, args.confirm ?? "");
  await person.agree(`Transaction ${id} (${job.chain}) is going to be approved and signed again.`);
  const context = await decisionContext(vault, job, args, person);
  await assertPending(job, context);
  if (isSigned(job)) {
    await assertNotLanded(job, false, context);
    await context.journal.release(job);
  } else await context.journal.reopen(job);
  return showJob(vault, id);
}

/** @throws KmsError `USAGE` when there are no bytes that were sent */
function assertSent(job: Job): asserts job is SignedJob {
  assertKept(job);
  if (isSigned(job) && (job.state === "sent" || job.state === "done")) return;
  const hint = job.state === "parked" ? `tatum-kms job retry ${job.id}` : undefined;
  throw new KmsError(
    "USAGE",
    `Job ${job.id} is ${job.state}${job.signed === undefined ? ", and nothing was signed for it" : ""}: nothing of it is sent again.`,
    hint === undefined ? {} : { hint },
  );
}

/** That the API has it still to be paid, or as paid by these bytes; what it does not know may have been cancelled. */
async function assertStillWanted(job: SignedJob, context: DecisionContext): Promise<void> {
  if (job.isRepair === true) return;
  const completion = await context.api.completion(job.id);
  if (completion.kind === "completed" && sameTransactionId(completion.txId, job.signed.transactionId)) return;
  await assertPending(job, context);
}

/**
 * Sends the recorded bytes of a job again, the same ones, such as when the network dropped them. Nothing is signed, and the
 * journal stays as it is.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE` when the chain has them already, `NETWORK` when they were not taken, `NOT_CONFIRMED`
 */
export async function resendJob(
  { vault, id }: JobOfVault,
  args: DecisionArguments,
  person: Person,
): Promise<ShownJob> {
  const job = await findJob(vault, id);
  assertSent(job);
  const { transactionId } = job.signed;
  await person.agree(
    `The signed bytes of transaction ${id} (${job.chain}, ${job.state}), ${transactionId}, are going to be sent again.`,
  );
  const context = await decisionContext(vault, job, args, person);
  await assertStillWanted(job, context);
  if ((await context.whereabouts(signedOfRecord(job.signed))) === "confirmed")
    throw new KmsError("USAGE", `The network has transaction ${transactionId} already; nothing was sent.`);
  const { asked, api } = context;
  if (asked === undefined) throw new KmsError("USAGE", `Chain ${job.chain} is not one of this version.`);
  // What was given up or ended meanwhile is not sent.
  const now = await findJob(vault, id);
  assertSent(now);
  if (now.signed.transactionId !== transactionId)
    throw new KmsError(
      "JOURNAL",
      `Job ${id} was changed by another process at the same time; nothing was sent.`,
    );
  const answer = await submitBytes(now, { ...asked, api });
  if (answer.kind === "accepted") return showJob(vault, id);
  throw new KmsError("NETWORK", `Transaction ${transactionId} was sent, and not taken: ${answer.reason}`, {
    hint: "The journal was not changed. Look at the chain, and try again later.",
  });
}

/** A transaction as the API lists it now. @throws KmsError `USAGE` when it does not, ApiUnavailable */
async function listedNow(job: Job, { vault, api }: DecisionContext): Promise<ListedTransaction> {
  const ids = await vault.signatureIds(job.chain, job.network);
  const { list } = await api.pending(job.chain, ids);
  const entry = list.find((one) => listedId(one) === job.id);
  const read = entry === undefined ? undefined : readPendingTransaction(entry, job.chain);
  if (read !== undefined && "transaction" in read) return read;
  const why =
    read === undefined
      ? "does not list it for the wallets of this vault"
      : `lists it so that ${read.problem}`;
  throw new KmsError("USAGE", `The content of transaction ${job.id} cannot be accepted: the API ${why}.`);
}

/** Of bytes with no number of an account it cannot be told that they and others will not both land. */
function assertOnlyOneLands(job: Job): void {
  if (!isSigned(job) || job.signed.sequence !== undefined) return;
  throw new KmsError(
    "USAGE",
    `Transaction ${job.id} was signed as ${job.signed.transactionId}, with no number that keeps it and another content from both landing.`,
    {
      hint: `End it: tatum-kms job resolve ${job.id} --as=failed. Then let the payment be made by a new pending transaction.`,
    },
  );
}

/**
 * Takes a job on with the content that the API lists for it now; it goes through the approval. What was signed before must not
 * be able to land: what holds for signing anew holds here, and the number that the old bytes had is used again.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE`, `NETWORK`, `JOURNAL`, `NOT_CONFIRMED`
 */
export async function acceptContent(
  { vault, id }: JobOfVault,
  args: DecisionArguments,
  person: Person,
): Promise<ShownJob> {
  const job = await findJob(vault, id);
  if (job.state === "done" || job.state === "cancelled")
    throw new KmsError("USAGE", `Job ${id} is ${job.state}.`);
  assertOnlyOneLands(job);
  if (isSigned(job)) isConfirmed(job, args.confirm ?? "");
  const context = await decisionContext(vault, job, args, person);
  const { transaction, contentDigest } = await listedNow(job, context);
  if (contentDigest === job.contentDigest)
    throw new KmsError(
      "USAGE",
      `The API lists transaction ${id} as it was seen first; there is nothing to accept.`,
    );
  const intents = context.asked?.chain.describe(transaction, job.network) ?? [];
  await person.agree(
    `Transaction ${id} (${job.chain}, ${job.state}) is going to be approved and signed as the API lists it now: ${stringifyExactJson(intents)}`,
  );
  const content = {
    contentDigest,
    withdrawalId: transaction.withdrawalId,
    wallets: walletsOf(transaction).wallets,
    reported: [],
  };
  await startWith(job, content, context);
  return showJob(vault, id);
}

async function startWith(
  job: Job,
  content: Parameters<DecisionContext["journal"]["reopen"]>[1],
  context: DecisionContext,
): Promise<void> {
  if (!isSigned(job)) {
    await assertPending(job, context);
    await context.journal.reopen(job, content);
    return;
  }
  const silent = await silence(job, "a person accepted another content", context);
  await assertPending(silent, context);
  await assertNotLanded(job, false, context);
  await context.journal.release(silent, content);
}
