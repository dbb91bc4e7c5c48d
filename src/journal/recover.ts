/** After a restore: what is parked because it may have been signed before, and a person's word that it was not. */
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { findJob } from "./inspect.ts";
import type { Job } from "./job.ts";
import { allJobs } from "./job-list.ts";
import { Journal } from "./journal.ts";

/** Which of the jobs: one by its id, those of chains, or all. */
export interface RecoveryChoice {
  readonly id?: string | undefined;
  /** Tickers. */
  readonly chains?: readonly string[] | undefined;
}

const isRestored = ({ parkedFor }: Job): boolean => parkedFor === "restored";

/**
 * The jobs that are parked because the vault was restored.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE` when the job of an id is not parked for that
 */
export async function restoredJobs(vault: Vault, { id, chains }: RecoveryChoice): Promise<Job[]> {
  if (id === undefined) return (await allJobs(vault, { states: ["parked"], chains })).filter(isRestored);
  const job = await findJob(vault, id);
  if (isRestored(job)) return [job];
  throw new KmsError(
    "USAGE",
    `The job of transaction ${id} is ${job.state}, but not because the vault was restored.`,
  );
}

/**
 * Has jobs begin again of which a person says that nothing of them was sent. Once all are chosen, the vault counts as complete.
 *
 * @param jobs as {@link restoredJobs} gave them
 * @throws KmsError `JOURNAL` when one was changed meanwhile
 */
export async function recoverJobs(vault: Vault, jobs: readonly Job[], choice: RecoveryChoice): Promise<void> {
  const recovered = vault.restoredAt;
  for (const job of jobs) await new Journal(vault, job).reopen(job, { recovered });
  if (choice.id === undefined && choice.chains === undefined) await vault.confirmRestored();
}
