/** What a person can see of the journal, and decide about a job that is stuck. */
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { isClosed, type Job, type JobState, jobStates } from "./job.ts";
import { Journal } from "./journal.ts";

/** A job as it is shown: no signed bytes, no keys. */
export interface ShownJob {
  readonly id: string;
  readonly chain: string;
  readonly network: string;
  readonly state: JobState;
  readonly transactionId?: string;
  /** The transaction that the API has it completed as. */
  readonly txId?: string;
  /** Transaction ids of bytes that were given up. */
  readonly released?: readonly string[];
  readonly account?: string;
  readonly sequence?: string;
  readonly refusals: number;
  readonly problem?: string;
  readonly firstSeen: string;
}

function show(job: Job): ShownJob {
  const { id, chain, network, state, signed, refusals, problem, createdAt, txId, released } = job;
  return {
    id,
    chain,
    network,
    state,
    ...(signed === undefined ? {} : { transactionId: signed.transactionId }),
    ...(txId === undefined ? {} : { txId }),
    ...(released === undefined ? {} : { released }),
    ...(signed?.sequence === undefined
      ? {}
      : { account: signed.sequence.account, sequence: signed.sequence.number }),
    refusals,
    ...(problem === undefined ? {} : { problem }),
    firstSeen: new Date(createdAt).toISOString(),
  };
}

/**
 * The jobs in a state; without one, all that are not closed.
 * @throws KmsError `USAGE` for an unknown state
 */
export async function listJobs(vault: Vault, state?: string): Promise<ShownJob[]> {
  const wanted =
    state === undefined
      ? jobStates.filter((known) => !isClosed(known))
      : jobStates.filter((known) => known === state);
  if (wanted.length === 0)
    throw new KmsError("USAGE", `A job is in one of the states ${jobStates.join(", ")}.`);
  return (await new Journal(vault).list(...wanted)).map(show);
}

/** @throws KmsError `NO_SUCH_JOB` */
export async function findJob(journal: Journal, id: string): Promise<Job> {
  const found = await journal.findById(id);
  if (found !== undefined) return found;
  throw new KmsError("NO_SUCH_JOB", `The journal has no job for transaction '${id.slice(0, 128)}'.`);
}

/** @throws KmsError `NO_SUCH_JOB` */
export async function showJob(vault: Vault, id: string): Promise<ShownJob> {
  return show(await findJob(new Journal(vault), id));
}

/**
 * Has the daemon try a job again in its next round: a parked one sends its recorded bytes again, one that was not signed
 * starts anew.
 *
 * @throws KmsError `NO_SUCH_JOB`, `USAGE` when the job is closed
 */
export async function retryJob(vault: Vault, id: string): Promise<ShownJob> {
  const journal = new Journal(vault);
  const job = await findJob(journal, id);
  if (isClosed(job.state)) throw new KmsError("USAGE", `The job of transaction ${id} is ${job.state}.`);
  const state = job.state === "parked" ? "sent" : job.state;
  return show(await journal.move(job, state, { attempts: 0, refusals: 0, rest: 0 }));
}
