/**
 * One transaction that changes the journal of a chain: its jobs, the numbers of its accounts and what belongs to one job
 * alone, always together with the digest of all rows.
 */
import type { SignedTransaction } from "../../chains/chain.ts";
import { KmsError } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { insertJobRow, type JobRow, readJobRow, updateJobRow } from "../store/tables/job.ts";
import {
  deleteClaimRow,
  insertClaimRow,
  readClaimRow,
  readLaneRow,
  replaceLaneRow,
} from "../store/tables/lane.ts";
import type { Vault } from "../vault/vault.ts";
import type { Job } from "./job.ts";
import type { ChangingState } from "./journal-state.ts";
import {
  type Claim,
  claimHash,
  claimKeyOf,
  hex,
  type JournalScope,
  jobHash,
  laneHash,
  laneKeyOf,
  leaseKeyOf,
  openJob,
  openLane,
  sealJob,
  sealLane,
} from "./records.ts";
import { ClaimTaken, changedByAnother } from "./refusals.ts";
import { UsedSequences } from "./sequences.ts";

/** Checks in each changing transaction that whoever writes may still do so. */
export interface Fence {
  /** @throws KmsError `LEASE_LOST` */
  assertHeld(session: Session): Promise<void>;
}

/** What belongs to a job alone. */
export function claimsOf({ signed }: Job): Claim[] {
  if (signed === undefined) return [];
  const inputs = (signed.inputs ?? []).map((name): Claim => ({ kind: "input", name }));
  return [{ kind: "transaction", name: signed.transactionId }, ...inputs];
}

/** @throws KmsError `JOURNAL` */
function changed(used: UsedSequences, change: (used: UsedSequences) => UsedSequences): UsedSequences {
  try {
    return change(used);
  } catch (failure) {
    if (failure instanceof RangeError)
      throw new KmsError("JOURNAL", failure.message, {
        hint: "Decide about jobs of the account that wait (job list), or end them.",
      });
    throw failure;
  }
}

interface ChangeOptions {
  readonly vault: Vault;
  readonly scope: JournalScope;
  readonly session: Session;
  readonly state: ChangingState;
}

export class JournalChange {
  readonly session: Session;
  readonly #vault: Vault;
  readonly #scope: JournalScope;
  readonly #leaseKey: Uint8Array;
  readonly #state: ChangingState;

  constructor({ vault, scope, session, state }: ChangeOptions) {
    this.session = session;
    this.#vault = vault;
    this.#scope = scope;
    this.#leaseKey = leaseKeyOf(vault, scope);
    this.#state = state;
  }

  /**
   * Has something belong to a job alone.
   * @throws ClaimTaken when another job has it
   */
  async claim(job: Job, claim: Claim): Promise<void> {
    const claimKey = claimKeyOf(this.#vault, this.#scope, claim);
    const taken = await readClaimRow(this.session, claimKey);
    if (taken === undefined) {
      const row = { claimKey, leaseKey: this.#leaseKey, jobKey: job.key };
      this.#state.add(claimHash(this.#vault, row));
      return insertClaimRow(this.session, row);
    }
    if (hex(taken.jobKey) === hex(job.key)) return;
    throw new ClaimTaken(job, claim, await this.#idOf(taken.jobKey));
  }

  /** Of a pending transaction; `undefined` where its job is settled, set aside or damaged. */
  async #idOf(jobKey: Uint8Array): Promise<string | undefined> {
    try {
      const row = await readJobRow(this.session, jobKey);
      return row === undefined ? undefined : openJob(this.#vault, row).id || undefined;
    } catch (problem) {
      if (problem instanceof KmsError) return undefined;
      throw problem;
    }
  }

  async #dropClaim(job: Job, claim: Claim): Promise<void> {
    const row = await readClaimRow(this.session, claimKeyOf(this.#vault, this.#scope, claim));
    if (row === undefined || hex(row.jobKey) !== hex(job.key)) return;
    this.#state.take(claimHash(this.#vault, row));
    await deleteClaimRow(this.session, row.claimKey);
  }

  async dropInputs(job: Job): Promise<void> {
    for (const claim of claimsOf(job)) if (claim.kind === "input") await this.#dropClaim(job, claim);
  }

  /** Gives back all that a job used: its outputs, its number, and that its transaction is its own. */
  async giveBack(job: Job): Promise<void> {
    for (const claim of claimsOf(job)) await this.#dropClaim(job, claim);
    const sequence = job.signed?.sequence;
    if (sequence === undefined) return;
    await this.sequences(sequence.account, (used) => used.without(BigInt(sequence.number)));
  }

  /**
   * Has the number of signed bytes used by their job, for which nothing is kept any more.
   * @param known the numbers that the signer chose it from
   * @throws KmsError `JOURNAL` when they changed meanwhile
   */
  async useNumber(job: Job, { sequence }: SignedTransaction, known: UsedSequences): Promise<void> {
    if (sequence !== undefined)
      await this.sequences(sequence.account, (used) => {
        if (used.serialize() === known.serialize()) return used.forget(job.id).with(sequence.number);
        throw changedByAnother(`The account of job ${job.id}`);
      });
    // Whatever account signs, nothing is kept for the job any more.
    if (job.account !== undefined) await this.sequences(job.account, (used) => used.forget(job.id));
  }

  /** Gives the outputs of a job back whose bytes are given up; their number is kept for what is signed in their place. */
  async keepNumber(job: Job): Promise<void> {
    // The transaction itself stays the job's: should it land all the same, it is not taken for another's.
    await this.dropInputs(job);
    const sequence = job.signed?.sequence;
    if (sequence === undefined) return;
    const kept = { id: job.id, number: BigInt(sequence.number) };
    await this.sequences(sequence.account, (used) => used.keep(kept));
  }

  /** {@link keepNumber}, but of bytes that can never land: the number, used or kept, is not the job's any more. */
  async dropNumber(job: Job): Promise<void> {
    await this.dropInputs(job);
    const sequence = job.signed?.sequence;
    if (sequence !== undefined)
      await this.sequences(sequence.account, (used) => used.without(BigInt(sequence.number)));
    if (job.account !== undefined) await this.sequences(job.account, (used) => used.forget(job.id));
  }

  /**
   * The counterpart of {@link giveBack}, for a job that was ended and is taken up again.
   * @throws ClaimTaken, KmsError `JOURNAL` when its number is another's by now
   */
  async takeBack(job: Job): Promise<void> {
    for (const claim of claimsOf(job)) await this.claim(job, claim);
    const sequence = job.signed?.sequence;
    if (sequence === undefined) return;
    await this.sequences(sequence.account, (used) => {
      const number = BigInt(sequence.number);
      if (!used.has(number)) return used.with(number);
      throw new KmsError(
        "JOURNAL",
        `Job ${job.id} cannot be taken up again: its number ${number} of ${sequence.account} is used by another transaction.`,
        { hint: "Let the payment be made by a new pending transaction." },
      );
    });
  }

  /**
   * Changes the numbers of an account.
   * @throws KmsError `JOURNAL` when more would have to be kept of them than can be
   */
  async sequences(account: string, change: (used: UsedSequences) => UsedSequences): Promise<void> {
    const laneKey = laneKeyOf(this.#vault, this.#scope, account);
    const before = await readLaneRow(this.session, laneKey);
    const used = before === undefined ? UsedSequences.none() : openLane(this.#vault, before);
    const row = sealLane(this.#vault, { laneKey, leaseKey: this.#leaseKey }, changed(used, change));
    if (before !== undefined) this.#state.take(laneHash(this.#vault, before));
    this.#state.add(laneHash(this.#vault, row));
    await replaceLaneRow(this.session, row);
  }

  /** @param before the row of the job as it stands; `undefined` for a job that the journal does not hold yet */
  async replace(before: JobRow | undefined, next: Job): Promise<void> {
    const row = sealJob(this.#vault, next);
    if (before === undefined) await insertJobRow(this.session, row);
    else {
      this.#state.take(jobHash(this.#vault, before));
      this.#state.count(before.state, -1);
      await updateJobRow(this.session, row);
    }
    this.#state.add(jobHash(this.#vault, row));
    this.#state.count(row.state, 1);
  }
}
