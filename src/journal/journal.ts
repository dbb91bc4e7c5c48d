/**
 * The journal of one chain on one network: what was seen, signed and sent, so that nothing is signed twice. Each change is one
 * durable transaction, and passes one point. Rows show their state and when to try again; everything else is sealed by
 * the vault, and a row's key is a keyed hash, so that a stolen store tells no ids.
 */
import type { PendingTransaction, SignedTransaction } from "../../chains/chain.ts";
import { KmsError } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { type JobRow, type JobSelection, readJobRow, readJobRows } from "../store/tables/job.ts";
import { readClaimRow, readLaneRow } from "../store/tables/lane.ts";
import type { Vault } from "../vault/vault.ts";
import { claimsOf, type Fence, JournalChange } from "./change.ts";
import {
  type Ground,
  type Job,
  type JobChanges,
  type JobContent,
  type JobState,
  mayFollow,
  type NewContent,
  recordOfSigned,
  signedStates,
  startedAfterProof,
  startedAnew,
  walletsOf,
} from "./job.ts";
import { ChangingState, JournalWatch, type SealedState } from "./journal-state.ts";
import {
  checkedRow,
  claimKeyOf,
  findJobRow,
  findMergedRow,
  type JournalScope,
  jobKeyOf,
  journalNameOf,
  laneKeyOf,
  leaseKeyOf,
  openJob,
  openLane,
} from "./records.ts";
import { changedByAnother, ForeignJob } from "./refusals.ts";
import { isDue, restingState, waitBeforeRetry } from "./retry-time.ts";
import { UsedSequences } from "./sequences.ts";

/** The revision of a job that the journal does not hold yet. */
const NOT_RECORDED = -1;

export interface JournalOptions {
  /** The lease of a daemon; absent for a command, which works beside one. */
  readonly fence?: Fence | undefined;
  /** Milliseconds between polls, from which the waits between tries grow; a command, which never waits, needs none. */
  readonly period?: number | (() => number);
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Told of each row that does not open, whenever it is come across in a list; the rest of the list goes on. */
  readonly onDamaged?: (problem: KmsError) => void;
}

/** A job with the row that it was opened from. */
type OpenedRow = { readonly row: JobRow; readonly job: Job };

export class Journal {
  readonly scope: JournalScope;
  /** Keyed hash of network and chain, which also the lease has. */
  readonly leaseKey: Uint8Array;
  readonly #vault: Vault;
  readonly #options: JournalOptions;
  readonly #watch: JournalWatch;

  constructor(vault: Vault, scope: JournalScope, options: JournalOptions = {}, watch?: JournalWatch) {
    this.scope = scope;
    this.leaseKey = leaseKeyOf(vault, scope);
    this.#vault = vault;
    this.#options = options;
    this.#watch = watch ?? new JournalWatch(vault, { name: journalNameOf(scope), leaseKey: this.leaseKey });
  }

  /** The same journal for whoever holds a lease; what was seen of it before is not forgotten. */
  under(fence: Fence): Journal {
    return new Journal(this.#vault, this.scope, { ...this.#options, fence }, this.#watch);
  }

  /**
   * The job of a pending transaction, if it was seen before.
   * @throws KmsError `JOURNAL` when it was seen on another chain or network, or its row does not open
   */
  find(id: string): Promise<Job | undefined> {
    return this.#read(async (session) => {
      const found = await findJobRow(session, this.#vault, id);
      return found && this.#opened(checkedRow(found), id);
    });
  }

  /**
   * Those of these transactions that nothing is to be done for now, with their states: they are closed, wait for a person, or are
   * not due. Rows are not opened for it, so it is good for choosing what to look at first, and for no decision about a job.
   */
  resting(ids: readonly string[]): Promise<Map<string, JobState>> {
    const now = this.#now();
    return this.#read(async (session) => {
      const resting = new Map<string, JobState>();
      for (const id of ids) {
        const found = await findJobRow(session, this.#vault, id);
        const state = found !== undefined && "row" in found ? restingState(found.row, now) : undefined;
        if (state !== undefined) resting.set(id, state);
      }
      return resting;
    });
  }

  /** Jobs in any of these states, per state the one changed longest ago first. */
  list(...states: readonly JobState[]): Promise<Job[]> {
    return this.#read(async (session) => (await this.#openRows(session, states)).map(({ job }) => job));
  }

  /** The number of jobs by state; `settled` for those that ended long ago. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    return (await this.#read((session) => this.#watch.look(session))).state.jobs;
  }

  /** The job of a transaction that is seen for the first time. The journal holds it from its first change on. */
  begin(transaction: PendingTransaction, contentDigest: string): Job {
    const now = this.#now();
    const content: JobContent = {
      id: transaction.id,
      chain: transaction.chain,
      network: this.scope.network,
      contentDigest,
      ...(transaction.withdrawalId !== undefined && { withdrawalId: transaction.withdrawalId }),
      ...walletsOf(transaction),
      attempts: 0,
      refusals: 0,
      reported: [],
      createdAt: now,
    };
    const key = jobKeyOf(this.#vault, transaction.id);
    return { ...content, key, state: "seen", revision: NOT_RECORDED, attemptAt: 0, updatedAt: now };
  }

  /**
   * Moves a job on.
   * @throws KmsError `JOURNAL` when the step is not allowed, or when another process changed the job meanwhile.
   */
  async move(job: Job, state: JobState, changes: JobChanges = {}): Promise<Job> {
    // Where the state stays, nothing is said of bytes: a job may be done that somebody else carried out.
    if (signedStates.includes(state) && !["parked", job.state].includes(state) && job.signed === undefined) {
      throw new KmsError("JOURNAL", `Job ${job.id} cannot become ${state}: nothing was signed.`);
    }
    if (!signedStates.includes(state) && state !== job.state && job.signed !== undefined) {
      throw new KmsError("JOURNAL", `Job ${job.id} cannot become ${state}: it holds signed bytes.`);
    }
    return this.#step(job, "step", this.#changed(job, state, changes));
  }

  /**
   * {@link move} after a try without success: the next one comes after a wait that grows with their number.
   * @param asked milliseconds that the other side asked to wait
   */
  async retryLater(job: Job, state: JobState, changes: JobChanges = {}, asked = 0): Promise<Job> {
    const attempts = job.attempts + 1;
    const { period = 0 } = this.#options;
    const rest = waitBeforeRetry(attempts, typeof period === "number" ? period : period(), asked);
    return this.move(job, state, { ...changes, attempts, rest });
  }

  /**
   * A job that was approved, and may be signed. It is recorded with what is signed, and not before: after a crash the
   * approval is asked for again.
   *
   * @throws KmsError `JOURNAL` when a job in its state cannot be
   */
  approved(job: Job): Job {
    if (mayFollow(job.state, "approved", "step")) return { ...job, state: "approved" };
    throw new KmsError("JOURNAL", `Job ${job.id} cannot go from ${job.state} to approved.`);
  }

  /**
   * Records in one step that a job was approved, the signed bytes, the sequence number and the outputs they use up, and
   * that they are about to be sent: from here on they may be on their way. A job that has signed bytes gets no others,
   * unless {@link release} took them away.
   *
   * @param knownSequences what the signer chose its sequence number from
   * @throws ClaimTaken when another job has the same transaction, or spends one of the outputs
   * @throws KmsError `JOURNAL`, also when another process signed for the account meanwhile
   */
  async recordSigned(job: Job, signed: SignedTransaction, knownSequences: UsedSequences): Promise<Job> {
    if (job.signed !== undefined) throw new KmsError("JOURNAL", `Job ${job.id} was signed before.`);
    const { problem: _, parkedFor: __, ...rest } = job;
    const next: Job = { ...rest, state: "sent", attempts: 0, attemptAt: 0, signed: recordOfSigned(signed) };
    return this.#change(async (change) => {
      await change.useNumber(job, signed, knownSequences);
      for (const claim of claimsOf(next)) await change.claim(next, claim);
      return this.#write(change, job, "step", next);
    });
  }

  /**
   * Closes a job because a person decided so, or the API has it completed: it is done, whoever carried it out, or it is over.
   * What is over gives back the number and the outputs that it used, and its transaction: of two that use the same only one
   * can land.
   *
   * @throws KmsError `JOURNAL` when it is done, or was changed by another process meanwhile
   */
  async close(
    job: Job,
    state: "done" | "cancelled",
    changes: Pick<JobChanges, "txId" | "problem" | "owed">,
  ): Promise<Job> {
    return this.#change(async (change) => {
      if (state === "cancelled" && job.state !== "cancelled") await change.giveBack(job);
      // What is done may have used the number that is kept for it; what is over has not.
      if (job.account !== undefined)
        await change.sequences(job.account, (used) =>
          state === "done" ? used.unkeep(job.id) : used.forget(job.id),
        );
      return this.#write(change, job, "decision", this.#changed(job, state, changes));
    });
  }

  /**
   * Starts a job anew whose signed bytes can never land any more, and gives back the outputs that they used. Their number
   * is kept for it, so that only one of the two can land if they do. Only for bytes of which the network itself proved that,
   * or a person says it.
   *
   * @param content what it is of from now on, where that is another one
   * @throws ClaimTaken, KmsError `JOURNAL` also when a job that was ended cannot have back what it used
   */
  async release(job: Job, content: NewContent = {}): Promise<Job> {
    if (job.signed === undefined)
      throw new KmsError("JOURNAL", `Job ${job.id} holds no bytes that were sent.`);
    return this.#change(async (change) => {
      if (job.state === "cancelled") await change.takeBack(job);
      await change.keepNumber(job);
      return this.#write(change, job, "proof", startedAnew(job, content));
    });
  }

  /** {@link release}, or {@link reopen}, after the network proved that nothing that was signed of the job can land. */
  async startAfterProof(job: Job, content: NewContent = {}): Promise<Job> {
    return this.#change(async (change) => {
      await change.dropNumber(job);
      return this.#write(change, job, "proof", startedAfterProof(job, content));
    });
  }

  /**
   * Has a job that holds no signed bytes begin again.
   * @param changes what a person said of it
   * @throws KmsError `JOURNAL` when it holds some
   */
  async reopen(job: Job, changes: NewContent = {}): Promise<Job> {
    if (job.signed !== undefined) throw new KmsError("JOURNAL", `Job ${job.id} holds signed bytes.`);
    return this.#step(job, "proof", startedAnew(job, changes));
  }

  /**
   * Drops of jobs that ended what is not needed to keep them from being signed again.
   *
   * @param before those changed last before this time, in milliseconds since 1970
   * @param limit most jobs to settle
   * @returns how many were
   */
  async settle(before: number, limit: number): Promise<number> {
    const ended = (session: Session) => this.#openRows(session, ["done", "cancelled"], { before, limit });
    if ((await this.#read(ended)).length === 0) return 0;
    return this.#change(async (change) => {
      const chosen = (await ended(change.session)).slice(0, limit);
      for (const { row, job } of chosen) {
        await change.dropInputs(job);
        await change.replace(row, { ...job, isSettled: true, revision: job.revision + 1 });
      }
      return chosen.length;
    });
  }

  /** Whether a transaction of this id belongs to a job of the chain. */
  isTaken(transactionId: string): Promise<boolean> {
    const claimKey = claimKeyOf(this.#vault, this.scope, { kind: "transaction", name: transactionId });
    return this.#read(async (session) => (await readClaimRow(session, claimKey)) !== undefined);
  }

  /** Whether it is time to try a job again. */
  isDue(job: Job): boolean {
    return isDue(job, this.#now());
  }

  /** The sequence numbers that the signed transactions of an account use. */
  async usedSequences(account: string): Promise<UsedSequences> {
    return (await this.numbersOf(account)).used;
  }

  /** The same with the signed jobs of the account in these states. Those of others are not opened: many may wait for a person. */
  numbersOf(account: string, ...states: readonly JobState[]): Promise<{ used: UsedSequences; jobs: Job[] }> {
    const laneKey = laneKeyOf(this.#vault, this.scope, account);
    return this.#read(async (session) => {
      const row = await readLaneRow(session, laneKey);
      const used = row === undefined ? UsedSequences.none() : openLane(this.#vault, row);
      return { used, jobs: (await this.#openRows(session, states, { laneKey })).map(({ job }) => job) };
    });
  }

  /** Gives the number of a job that is done to the next payment, on a person's word, and notes it in the job, in one change. */
  freeNumber(job: Job, problem: string): Promise<Job> {
    return this.#change(async (change) => {
      const { account, number } = job.signed?.sequence ?? {};
      if (account !== undefined && number !== undefined)
        await change.sequences(account, (used) => used.without(BigInt(number)));
      return this.#write(change, job, "step", { ...job, problem, isNumberFree: true });
    });
  }

  /** Changes the numbers of an account on a person's word. */
  changeSequences(account: string, change: (used: UsedSequences) => UsedSequences): Promise<void> {
    return this.#change((transaction) => transaction.sequences(account, change));
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  async #read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const [result, seen] = await this.#vault.store.read(async (session) => {
      const state = await this.#watch.look(session);
      return [await work(session), state] as const;
    });
    this.#watch.learn(seen);
    return result;
  }

  async #change<Result>(work: (change: JournalChange) => Promise<Result>): Promise<Result> {
    const [result, written] = await this.#vault.store.transaction(
      async (session) => {
        // A vault that was moved to another store has no leases; a command, which has none, looks at the manifest.
        await (this.#options.fence?.assertHeld(session) ?? this.#vault.journals.listedJournals(session));
        const { state: before } = await this.#watch.look(session);
        const state = new ChangingState(before);
        const done = await work(new JournalChange({ vault: this.#vault, scope: this.scope, session, state }));
        const after: SealedState = await this.#watch.write(session, state.result());
        return [done, after] as const;
      },
      this.#watch.isBegun ? this.leaseKey : undefined,
    );
    this.#watch.learn(written);
    await this.#vault.commits.made();
    return result;
  }

  /** The jobs in these states with their rows. Of a row that does not open it is told, and the rest goes on. */
  async #openRows(
    session: Session,
    states: readonly JobState[],
    selection?: JobSelection,
  ): Promise<OpenedRow[]> {
    const opened: OpenedRow[] = [];
    for (const state of states)
      for (const found of await readJobRows(session, this.leaseKey, state, selection)) {
        try {
          const row = checkedRow(found);
          opened.push({ row, job: openJob(this.#vault, row) });
        } catch (problem) {
          if (!(problem instanceof KmsError)) throw problem;
          this.#options.onDamaged?.(problem);
        }
      }
    return opened;
  }

  /** An id is one transaction, and approved as one: listed on a second chain it would be signed and paid there as well. */
  #opened(row: JobRow, id: string): Job {
    const job = { ...openJob(this.#vault, row), id };
    const { chain, network } = this.scope;
    if (job.chain !== chain) throw new ForeignJob(id, job.chain);
    if (job.network !== network) throw new ForeignJob(id, `the ${job.network}`);
    return job;
  }

  #changed(job: Job, state: JobState, { rest, ...changes }: JobChanges): Job {
    return { ...job, ...changes, state, ...(rest !== undefined && { attemptAt: this.#now() + rest }) };
  }

  #step(from: Job, ground: Ground, to: Job): Promise<Job> {
    return this.#change((change) => this.#write(change, from, ground, to));
  }

  /** The one point that every change of a job passes, with what it was and what it becomes: who observes them stands here. */
  async #write(change: JournalChange, from: Job, ground: Ground, to: Job): Promise<Job> {
    if (!mayFollow(from.state, to.state, ground)) {
      throw new KmsError("JOURNAL", `Job ${from.id} cannot go from ${from.state} to ${to.state}.`);
    }
    const next: Job = { ...to, revision: from.revision + 1, updatedAt: this.#now() };
    const before = await readJobRow(change.session, from.key);
    const merged = before ?? (await findMergedRow(change.session, this.#vault, from.id));
    if (merged !== before || (before?.revision ?? NOT_RECORDED) !== from.revision)
      throw changedByAnother(`Job ${from.id}`);
    await change.replace(before, next);
    return next;
  }
}
