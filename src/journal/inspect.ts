/** What a person can see of the journal, and decide about a job that is stuck. */
import { KmsError } from "../errors.ts";
import { isSurelyDead } from "../lease/holder.ts";
import { LATEST_TIME } from "../store/tables/job.ts";
import { readJournalRows } from "../store/tables/journal.ts";
import { readLeaseRow } from "../store/tables/lease.ts";
import type { Vault } from "../vault/vault.ts";
import { isClosed, type Job, type JobPayment, type JobState } from "./job.ts";
import { Journal } from "./journal.ts";
import { openState } from "./journal-state.ts";
import { checkedRow, findJobRow, keyLeaseKeyOf, openJob } from "./records.ts";

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
  /** What it pays; absent where it does something else or nobody read it yet. Amounts in the smallest unit. */
  readonly payments?: readonly JobPayment[];
  readonly account?: string;
  readonly sequence?: string;
  readonly refusals: number;
  /** Tries since the last progress that did not succeed. */
  readonly attempts: number;
  /** When it is tried again at the earliest; absent when that is at once, or never by itself. */
  readonly nextAttempt?: string;
  readonly problem?: string;
  readonly parkedFor?: string;
  /** Whether it is of no pending transaction, and only uses up a number of its account. */
  readonly isRepair?: true;
  /** Absent for a job that ended so long ago that it is not kept. */
  readonly firstSeen?: string;
  readonly updatedAt: string;
  /** Whether the vault holds the wallets that sign it, or wallets of its chain and network where it names none; absent when that cannot be told. */
  readonly hasWallets?: boolean;
  /** Whether a daemon works for its chain and network, as far as the lease tells. */
  readonly hasDaemon: boolean;
}

/** A time of a row, which nothing seals, in ISO 8601. */
const isoTime = (milliseconds: number): string => new Date(Math.min(milliseconds, LATEST_TIME)).toISOString();

/** What is told of a job that does not stand in it. */
interface Surroundings {
  /** Signature IDs of the wallets of its chain and network; `undefined` when a wallet is damaged. */
  readonly wallets: readonly string[] | undefined;
  readonly hasDaemon: boolean;
}

/** Jobs as they are shown. */
export async function showJobs(vault: Vault, jobs: readonly Job[]): Promise<ShownJob[]> {
  const known = new Map<string, Surroundings>();
  const shown: ShownJob[] = [];
  for (const job of jobs) {
    const scope = `${job.network} ${job.chain} ${job.apiKey}`;
    const around = known.get(scope) ?? {
      wallets: await walletsFor(vault, job),
      hasDaemon: await hasDaemon(vault, job),
    };
    known.set(scope, around);
    shown.push(show(job, around));
  }
  return shown;
}

async function showOne(vault: Vault, job: Job): Promise<ShownJob> {
  return show(job, { wallets: await walletsFor(vault, job), hasDaemon: await hasDaemon(vault, job) });
}

/** Whoever looks at jobs shall see them when a wallet is damaged. */
async function walletsFor(vault: Vault, { chain, network }: Job): Promise<readonly string[] | undefined> {
  try {
    return await vault.signatureIds(chain, network);
  } catch (error) {
    if (error instanceof KmsError && error.code === "VAULT_CORRUPT") return undefined;
    throw error;
  }
}

/** Whether somebody has the lease and is not surely dead. */
async function hasDaemon(vault: Vault, job: Job): Promise<boolean> {
  const lease = await vault.store.read((session) =>
    readLeaseRow(session, keyLeaseKeyOf(vault, job, job.apiKey)),
  );
  return lease?.holder != null && !isSurelyDead(lease.holder);
}

function holdsAll(held: readonly string[], { wallets }: Job): boolean {
  return wallets === undefined || wallets.length === 0
    ? held.length > 0
    : wallets.every((id) => held.includes(id));
}

function timesOf({ state, attemptAt, updatedAt, createdAt, isSettled }: Job) {
  const isTried = attemptAt > 0 && state !== "parked" && !isClosed(state);
  return {
    ...(isTried ? { nextAttempt: isoTime(attemptAt) } : {}),
    ...(isSettled === true ? {} : { firstSeen: isoTime(createdAt) }),
    updatedAt: isoTime(updatedAt),
  };
}

function show(job: Job, { wallets, hasDaemon }: Surroundings): ShownJob {
  const {
    id,
    chain,
    network,
    state,
    signed,
    refusals,
    attempts,
    problem,
    txId,
    released,
    parkedFor,
    isRepair,
  } = job;
  return {
    id,
    chain,
    network,
    state,
    ...(signed === undefined ? {} : { transactionId: signed.transactionId }),
    ...(txId === undefined ? {} : { txId }),
    ...(released === undefined ? {} : { released }),
    ...(job.payments === undefined ? {} : { payments: job.payments }),
    ...(signed?.sequence === undefined
      ? {}
      : { account: signed.sequence.account, sequence: signed.sequence.number }),
    refusals,
    attempts,
    ...(problem === undefined ? {} : { problem }),
    ...(parkedFor === undefined ? {} : { parkedFor }),
    ...(isRepair === true ? { isRepair } : {}),
    ...timesOf(job),
    ...(wallets === undefined ? {} : { hasWallets: holdsAll(wallets, job) }),
    hasDaemon,
  };
}

/** How many jobs of all chains and networks are in which state, as their rows show it. */
export async function countJobs(vault: Vault): Promise<Readonly<Record<string, number>>> {
  const rows = await vault.store.read(readJournalRows);
  const counts = new Map<string, number>();
  for (const { jobs } of rows.map((row) => openState(vault, row)))
    for (const [state, count] of Object.entries(jobs)) counts.set(state, (counts.get(state) ?? 0) + count);
  return Object.fromEntries(counts);
}

/**
 * The job of a pending transaction, whatever its chain and network.
 * @throws KmsError `NO_SUCH_JOB`, `JOURNAL` when its row does not open
 */
export async function findJob(vault: Vault, id: string): Promise<Job> {
  const found = await vault.store.read((session) => findJobRow(session, vault, id));
  if (found !== undefined) return { ...openJob(vault, checkedRow(found)), id };
  throw new KmsError("NO_SUCH_JOB", `The journal has no job for transaction '${id.slice(0, 128)}'.`);
}

/**
 * @param withBytes the signed bytes as well, in the form in which the chain takes them: who has them can send them
 * @throws KmsError `NO_SUCH_JOB`
 */
export async function showJob(
  vault: Vault,
  id: string,
  { withBytes }: { readonly withBytes: boolean } = { withBytes: false },
): Promise<ShownJob & { readonly payload?: string }> {
  const job = await findJob(vault, id);
  const payload = withBytes ? job.signed?.payload : undefined;
  return { ...(await showOne(vault, job)), ...(payload === undefined ? {} : { payload }) };
}

/**
 * Has the daemon try a job again in its next round: a parked one sends its recorded bytes again, one that was not signed
 * starts anew.
 *
 * @throws KmsError `NO_SUCH_JOB`, `USAGE` when the job is closed
 */
export async function retryJob(vault: Vault, id: string): Promise<ShownJob> {
  const job = await findJob(vault, id);
  if (isClosed(job.state)) throw new KmsError("USAGE", `The job of transaction ${id} is ${job.state}.`);
  const journal = new Journal(vault, job);
  if (job.state === "parked" && job.signed === undefined) return showOne(vault, await journal.reopen(job));
  const state = job.state === "parked" ? "sent" : job.state;
  return showOne(
    vault,
    await journal.move(job, state, { attempts: 0, refusals: 0, rest: 0, parkedFor: undefined }),
  );
}
