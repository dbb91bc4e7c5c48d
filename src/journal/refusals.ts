/** What the journal refuses because of another job, or of the same one elsewhere. */
import { KmsError } from "../errors.ts";
import type { Job } from "./job.ts";
import type { Claim } from "./records.ts";

/** That a transaction was first listed on another chain or network: listed there, it was approved for there. */
export class ForeignJob extends KmsError {
  constructor(id: string, where: string) {
    super("JOURNAL", `Transaction ${id} was first listed on ${where}; it is not signed here.`);
  }
}

/** That a transaction, or an output that it spends, belongs to another job. */
export class ClaimTaken extends KmsError {
  readonly claim: Claim;
  /** The id of the pending transaction whose job has it; `undefined` where its row does not tell. */
  readonly by: string | undefined;
  /** Whether the signer filled in something that may be another thing later, such as a block hash. */
  readonly mayDifferLater: boolean;

  /** @param job with the bytes that were to be recorded */
  constructor(job: Job, claim: Claim, by: string | undefined) {
    const other = by === undefined ? "another transaction" : `transaction ${by}`;
    const what =
      claim.kind === "transaction"
        ? `would be the same transaction (${claim.name}) as`
        : `would spend ${claim.name}, which is spent by`;
    super("JOURNAL", `Transaction ${job.id} ${what} ${other}; it was not signed.`, {
      hint: "One of the two is paid by what was signed for the other. Cancel it at the API, or give it other content.",
    });
    this.claim = claim;
    this.by = by;
    this.mayDifferLater = Object.keys(job.signed?.filledIn ?? {}).length > 0;
  }
}

/** That a job or an account was changed meanwhile, so that what was meant for it as it was is not done. */
export function changedByAnother(what: string): KmsError {
  return new KmsError("JOURNAL", `${what} was changed by another process at the same time.`, {
    hint: "Nothing is lost: the daemon goes on from what is recorded.",
  });
}
