/** What a person has done with a job once more: taken up again, or sent again. */
import { KmsError } from "../errors.ts";
import { findJob, type ShownJob, showJob } from "../journal/inspect.ts";
import { type Job, signedOfRecord } from "../journal/job.ts";
import { sameTransactionId } from "../tatum/transaction-id.ts";
import type { Vault } from "../vault/vault.ts";
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
} from "./resolve.ts";
import { submitBytes } from "./submission.ts";

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
