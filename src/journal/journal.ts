/**
 * The journal: what was seen, signed and sent, so that nothing is signed twice. Each change is one durable database
 * transaction. Rows show their state and when to try again; everything else is sealed by the vault, and a row's key
 * is a keyed hash, so that a stolen file tells no ids.
 */
import type { Network, PendingTransaction, SignedTransaction } from "../../chains/chain.ts";
import { KmsError } from "../errors.ts";
import type { Session } from "../store/store.ts";
import {
  insertJobRow,
  type JobRow,
  readAllJobRows,
  readAllLaneRows,
  readJobRow,
  readJobRows,
  readLaneRow,
  replaceLaneRow,
  updateJobRow,
} from "../store/tables/job.ts";
import type { Vault } from "../vault/vault.ts";
import {
  type Ground,
  type Job,
  type JobContent,
  type JobState,
  jobStates,
  mayFollow,
  parseJobContent,
  recordOfSigned,
  serializeJobContent,
  signedStates,
} from "./job.ts";
import { isDue, waitBeforeRetry } from "./retry-time.ts";
import { UsedSequences } from "./sequences.ts";

/** Milliseconds; what Solana signs lives for about one minute. */
const LATELY = 10 * 60_000;
const JOB_PURPOSE = "job";
const LANE_PURPOSE = "lane";

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

function damaged(what: string, cause?: unknown): KmsError {
  return new KmsError("JOURNAL", `The journal is damaged: ${what}.`, {
    cause,
    hint: "Stop the daemon, check which transactions were sent, and restore the vault from a backup.",
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function nameOf({ jobKey, state, revision }: JobRow): string {
  return `job record ${hex(jobKey)} (state ${JSON.stringify(state)}, revision ${revision})`;
}

/** An id is one transaction, and approved as one: listed on a second chain it would be signed and paid there as well. */
function onChain(job: Job, chain: string): Job {
  if (job.chain === chain) return job;
  const message = `Transaction ${job.id} was first listed on ${job.chain}; it is not signed for ${chain}.`;
  throw new KmsError("JOURNAL", message);
}

/** What may be changed about a job between two steps. */
export interface JobChanges
  extends Partial<Pick<Job, "attempts" | "refusals" | "problem" | "reported" | "txId">> {
  /** Not to be tried again for so many milliseconds. */
  readonly rest?: number;
}

/** What a full check opened. */
export type JournalCounts = Readonly<Record<"jobs" | "accounts", number>>;

/** Checks in each changing transaction that whoever writes may still do so. */
export interface Fence {
  /** @throws KmsError `LEASE_LOST` */
  assertHeld(session: Session): Promise<void>;
}

export interface JournalOptions {
  /** The lease of a daemon; absent for a command, which works beside one. */
  readonly fence?: Fence | undefined;
  /** Milliseconds between polls, from which the waits between tries grow; a command, which never waits, needs none. */
  readonly period?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Journal {
  readonly #vault: Vault;
  readonly #fence: Fence | undefined;
  readonly #period: number;
  readonly #now: () => number;
  #taken: Promise<Set<string>> | undefined;

  constructor(vault: Vault, { fence, period = 0, now = Date.now }: JournalOptions = {}) {
    this.#vault = vault;
    this.#fence = fence;
    this.#period = period;
    this.#now = now;
  }

  /**
   * The job of a pending transaction, if it was seen before.
   * @throws KmsError `JOURNAL` when it was seen on another chain
   */
  async find(chain: string, id: string): Promise<Job | undefined> {
    const job = await this.findById(id);
    return job && onChain(job, chain);
  }

  /**
   * Those of these transactions that nothing is to be done for now, with their states: they are closed, wait for a person, or are
   * not due. Rows are not opened for it, so it is good for choosing what to look at first, and for no decision about a job.
   */
  async resting(ids: readonly string[]): Promise<Map<string, JobState>> {
    const now = this.#now();
    return this.#vault.store.read(async (session) => {
      const found = new Map<string, JobState>();
      for (const id of ids) {
        const row = await readJobRow(session, this.#jobKey(id));
        const state = jobStates.find((known) => known === row?.state);
        if (row === undefined || state === undefined) continue;
        if (state === "cancelled" || state === "parked" || !isDue(row, now)) found.set(id, state);
      }
      return found;
    });
  }

  /** {@link find} for a person, who knows no more than the id. */
  async findById(id: string): Promise<Job | undefined> {
    const row = await this.#vault.store.read((session) => readJobRow(session, this.#jobKey(id)));
    return row === undefined ? undefined : this.#open(row);
  }

  /** Jobs in any of these states, per state the one changed longest ago first. */
  async list(...states: readonly JobState[]): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const state of states) {
      const rows = await this.#vault.store.read((session) => readJobRows(session, state));
      jobs.push(...rows.map((row) => this.#open(row)));
    }
    return jobs;
  }

  /**
   * Starts the job of a transaction; the job as it stands when another process has started it meanwhile.
   * @throws KmsError `JOURNAL` when it was seen on another chain
   */
  async begin(transaction: PendingTransaction, network: Network, contentDigest: string): Promise<Job> {
    const now = this.#now();
    const content: JobContent = {
      id: transaction.id,
      chain: transaction.chain,
      network,
      contentDigest,
      ...(transaction.withdrawalId === undefined ? {} : { withdrawalId: transaction.withdrawalId }),
      attempts: 0,
      refusals: 0,
      reported: [],
      createdAt: now,
    };
    const key = this.#jobKey(transaction.id);
    const job: Job = { ...content, key, state: "seen", revision: 0, attemptAt: 0, updatedAt: now };
    return this.#change(async (session) => {
      const row = await readJobRow(session, key);
      if (row !== undefined) return onChain(this.#open(row), transaction.chain);
      await insertJobRow(session, this.#seal(job));
      return job;
    });
  }

  /**
   * Moves a job on.
   * @throws KmsError `JOURNAL` when the step is not allowed, or when another process changed the job meanwhile.
   */
  async move(job: Job, state: JobState, changes: JobChanges = {}): Promise<Job> {
    if (signedStates.includes(state) && job.signed === undefined) {
      throw new KmsError("JOURNAL", `Job ${job.id} cannot become ${state}: nothing was signed.`);
    }
    return this.#step(job, "step", this.#changed(job, state, changes));
  }

  /**
   * {@link move} after a try without success: the next one comes after a wait that grows with their number.
   * @param asked milliseconds that the other side asked to wait
   */
  async retryLater(job: Job, state: JobState, changes: JobChanges = {}, asked = 0): Promise<Job> {
    const attempts = job.attempts + 1;
    return this.move(job, state, {
      ...changes,
      attempts,
      rest: waitBeforeRetry(attempts, this.#period, asked),
    });
  }

  /**
   * Records the signed bytes, and the sequence number they use up, before anything is sent. A job that has signed
   * bytes gets no others, unless {@link release} took them away.
   *
   * @param knownSequences what the signer chose its sequence number from
   * @throws KmsError `JOURNAL`, also when another process signed for the account meanwhile
   */
  async recordSigned(job: Job, signed: SignedTransaction, knownSequences: UsedSequences): Promise<Job> {
    if (job.signed !== undefined) throw new KmsError("JOURNAL", `Job ${job.id} was signed before.`);
    const { problem: _, ...rest } = job;
    const next: Job = { ...rest, state: "signed", attempts: 0, attemptAt: 0, signed: recordOfSigned(signed) };
    return this.#change(async (session) => {
      if (signed.sequence !== undefined) {
        const { account, number } = signed.sequence;
        await this.#changeSequences(session, job, account, (used) => {
          if (used.serialize() === knownSequences.serialize()) return used.with(number);
          throw this.#changedByAnother(`The account of job ${job.id}`);
        });
      }
      (await this.#taken)?.add(`${job.chain} ${signed.transactionId}`);
      return this.#write(session, job, "step", next);
    });
  }

  /**
   * Closes a job because a person decided so, or the API has it completed: it is done, whoever carried it out, or it is over.
   * @throws KmsError `JOURNAL` when it is done, or was changed by another process meanwhile
   */
  async close(
    job: Job,
    state: "done" | "cancelled",
    changes: Pick<JobChanges, "txId" | "problem">,
  ): Promise<Job> {
    return this.#step(job, "decision", this.#changed(job, state, changes));
  }

  /**
   * Starts a job anew whose signed bytes can never land any more, and gives the sequence number back that they used.
   * Only for bytes of which the network itself proved that, or a person says it.
   *
   * @throws KmsError `JOURNAL`
   */
  async release(job: Job): Promise<Job> {
    const { signed, problem: _, ...rest } = job;
    if (signed === undefined) throw new KmsError("JOURNAL", `Job ${job.id} holds no bytes that were sent.`);
    const released = [...(job.released ?? []), signed.transactionId];
    const next: Job = { ...rest, state: "seen", attempts: 0, refusals: 0, attemptAt: 0, released };
    return this.#change(async (session) => {
      if (signed.sequence !== undefined) {
        const { account, number } = signed.sequence;
        await this.#changeSequences(session, job, account, (used) => used.without(BigInt(number)));
      }
      return this.#write(session, job, "proof", next);
    });
  }

  /**
   * Opens every row of the journal.
   * @throws KmsError `JOURNAL`, `VAULT_CORRUPT`, naming the row that does not open
   */
  async check(session: Session): Promise<JournalCounts> {
    const counts = { jobs: 0, accounts: 0 };
    for await (const row of readAllJobRows(session)) {
      const laneKey = this.#laneKeyOf(this.#open(row));
      if (hex(laneKey ?? new Uint8Array()) !== hex(row.laneKey ?? new Uint8Array()))
        throw damaged(`${nameOf(row)} names another account`);
      counts.jobs += 1;
    }
    for await (const { laneKey, sealed } of readAllLaneRows(session)) {
      this.#openSequences(laneKey, sealed);
      counts.accounts += 1;
    }
    return counts;
  }

  /** Whether a transaction of this id was signed for a job of the chain, in this turn or in the ten minutes before. */
  async isTaken(chain: string, transactionId: string): Promise<boolean> {
    this.#taken ??= this.#vault.store.read((session) => this.#signedLately(session));
    return (await this.#taken).has(`${chain} ${transactionId}`);
  }

  async #signedLately(session: Session): Promise<Set<string>> {
    const taken = new Set<string>();
    for await (const row of readAllJobRows(session)) {
      const job = row.updatedAt < this.#now() - LATELY ? undefined : this.#open(row);
      if (job?.signed !== undefined) taken.add(`${job.chain} ${job.signed.transactionId}`);
    }
    return taken;
  }

  /** Whether it is time to try a job again. */
  isDue(job: Job): boolean {
    return isDue(job, this.#now());
  }

  /** The sequence numbers that the signed transactions of an account use. */
  async usedSequences(chain: string, network: Network, account: string): Promise<UsedSequences> {
    const key = this.#laneKey(chain, network, account);
    return this.#vault.store.read((session) => this.#readSequences(session, key));
  }

  #change<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#vault.store.transaction(async (session) => {
      await this.#fence?.assertHeld(session);
      return work(session);
    });
  }

  async #changeSequences(
    session: Session,
    { chain, network }: Job,
    account: string,
    change: (used: UsedSequences) => UsedSequences,
  ): Promise<void> {
    const key = this.#laneKey(chain, network, account);
    const text = change(await this.#readSequences(session, key)).serialize();
    await replaceLaneRow(session, key, this.#vault.seal(LANE_PURPOSE, key, utf8.encode(text)));
  }

  async #readSequences(session: Session, key: Uint8Array): Promise<UsedSequences> {
    const sealed = await readLaneRow(session, key);
    return sealed === undefined ? UsedSequences.none() : this.#openSequences(key, sealed);
  }

  #openSequences(key: Uint8Array, sealed: Uint8Array): UsedSequences {
    try {
      return UsedSequences.parse(utf8Decoder.decode(this.#vault.open(LANE_PURPOSE, key, sealed)));
    } catch (cause) {
      throw damaged(`the sequence numbers of account record ${hex(key)} do not open`, cause);
    }
  }

  #changed(job: Job, state: JobState, { rest, ...changes }: JobChanges): Job {
    return { ...job, ...changes, state, ...(rest === undefined ? {} : { attemptAt: this.#now() + rest }) };
  }

  #step(from: Job, ground: Ground, to: Job): Promise<Job> {
    return this.#change((session) => this.#write(session, from, ground, to));
  }

  /** The one place where a job that stands in the journal changes. */
  async #write(session: Session, from: Job, ground: Ground, to: Job): Promise<Job> {
    if (!mayFollow(from.state, to.state, ground)) {
      throw new KmsError("JOURNAL", `Job ${from.id} cannot go from ${from.state} to ${to.state}.`);
    }
    const next: Job = { ...to, revision: from.revision + 1, updatedAt: this.#now() };
    if (await updateJobRow(session, this.#seal(next))) return next;
    throw this.#changedByAnother(`Job ${from.id}`);
  }

  #changedByAnother(what: string): KmsError {
    return new KmsError("JOURNAL", `${what} was changed by another process at the same time.`, {
      hint: "Nothing is lost: the daemon goes on from what is recorded.",
    });
  }

  #jobKey(id: string): Uint8Array {
    return this.#vault.keyedHash(JOB_PURPOSE, utf8.encode(id));
  }

  #laneKey(chain: string, network: Network, account: string): Uint8Array {
    return this.#vault.keyedHash(LANE_PURPOSE, utf8.encode(`${chain}\n${network}\n${account}`));
  }

  #laneKeyOf({ chain, network, signed }: Job): Uint8Array | null {
    const account = signed?.sequence?.account;
    return account === undefined ? null : this.#laneKey(chain, network, account);
  }

  /** State and revision take part in the seal, so that an old row cannot be passed off as a new one's state. */
  #purpose({ state, revision }: Pick<Job, "state" | "revision">): string {
    return `${JOB_PURPOSE}/${state}/${revision}`;
  }

  #seal(job: Job): JobRow {
    return {
      jobKey: job.key,
      state: job.state,
      laneKey: this.#laneKeyOf(job),
      revision: job.revision,
      attemptAt: Math.trunc(job.attemptAt),
      updatedAt: Math.trunc(job.updatedAt),
      sealed: this.#vault.seal(this.#purpose(job), job.key, utf8.encode(serializeJobContent(job))),
    };
  }

  #open(row: JobRow): Job {
    const state = jobStates.find((known) => known === row.state);
    if (state === undefined) throw damaged(`${nameOf(row)} is in a state that there is not`);
    try {
      const opened = this.#vault.open(
        this.#purpose({ state, revision: row.revision }),
        row.jobKey,
        row.sealed,
      );
      const content = parseJobContent(utf8Decoder.decode(opened));
      const { jobKey: key, revision, attemptAt, updatedAt } = row;
      return { ...content, key, state, revision, attemptAt, updatedAt };
    } catch (cause) {
      throw damaged(`${nameOf(row)} does not open`, cause);
    }
  }
}
