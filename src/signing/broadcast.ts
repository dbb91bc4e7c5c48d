/** The last steps of a job: hand the recorded bytes over, and find out what became of them. */
import type { Chain, ChainEnvironment, Whereabouts } from "../../chains/chain.ts";
import { sentence } from "../../chains/error.ts";
import { ApiUnavailable } from "../errors.ts";
import { backoff, pause } from "../http/retry.ts";
import { givenUpOf, type Job, type JobChanges, type Outcome, signedOfRecord } from "../journal/job.ts";
import type { LogAction, LogEvent } from "../operations/log.ts";
import type { TatumPlace } from "../tatum/connection.ts";
import { sameTransactionId } from "../tatum/transaction-id.ts";
import { type ErrorReports, owing } from "./error-reports.ts";
import { isSigned, type SignedJob } from "./resolve.ts";
import type { Services } from "./services.ts";
import { isAlreadyKnown, type SubmitAnswer, submitBytes } from "./submission.ts";
import { isProven, lapsedProblem, replacedProblem } from "./void-proofs.ts";
import { completionOf, whereaboutsOf } from "./whereabouts.ts";

/** So many refusals of the same bytes need a person. The waits between them add up to more than an hour. */
const MAXIMUM_REFUSALS = 12;

/** Attempts within one round, with a look at the API between them. */
const ATTEMPTS_PER_ROUND = 3;

/** How long the API may take to drop a finished transaction from its list before it is told again: 1 minute. */
const GRACE_AFTER_DONE = 60_000;

/** How far a job came, and how that ended its round. */
export interface Step {
  readonly job: Job;
  readonly outcome: Outcome;
}

/** The place is given back when what has to be done before it is used fails. */
async function keeping<Result>(place: TatumPlace | undefined, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (failure) {
    place?.release();
    throw failure;
  }
}

function eventOf(action: LogAction, { id, chain, signed }: Job): LogEvent {
  return { action, chain, job: id, transactionId: signed?.transactionId };
}

/** Sends the bytes of one chain's jobs. */
export class Broadcast {
  readonly #chain: Chain;
  readonly #environment: ChainEnvironment;
  readonly #services: Services;
  readonly #reports: ErrorReports;

  constructor(chain: Chain, environment: ChainEnvironment, services: Services, reports: ErrorReports) {
    this.#chain = chain;
    this.#environment = environment;
    this.#services = services;
    this.#reports = reports;
  }

  /**
   * Sends the recorded bytes of a job in the state `signed` or `sent`. Bytes that may already be on their way are sent
   * again only after the API was asked, and always the same ones.
   *
   * @param isListed whether the API lists the transaction as pending. Otherwise it may have been cancelled, and is sent
   * only when the API says that it is still pending.
   */
  send(job: Job, isListed: boolean): Promise<Step> {
    return this.#offer(job, isListed, 1);
  }

  /**
   * Sends what was just signed. The place at the API is taken first, then everything is recorded, then the bytes leave.
   *
   * @param job as it is before it is recorded
   * @param record gives the job with its bytes, once the journal holds them for good
   */
  async sendNew(job: Job, record: () => Promise<Job>): Promise<Step> {
    const { journal, stopping } = this.#services;
    const place = await this.#reserve();
    if (place instanceof ApiUnavailable) {
      if (stopping.aborted) return { job, outcome: "waiting" };
      const problem = place.message;
      return {
        job: await journal.retryLater(job, "seen", { problem }, place.retryAfter),
        outcome: "waiting",
      };
    }
    const recorded = await keeping(place, record);
    return this.#follow(recorded, await this.#submit(recorded, place), true, 1);
  }

  /** @param attempt of this round, from 1 */
  async #offer(job: Job, isListed: boolean, attempt: number): Promise<Step> {
    const { journal, stopping } = this.#services;
    if (job.state !== "signed" || !isListed) {
      const settled = await this.#lookUp(job, isListed);
      if (settled !== undefined) return settled;
    }
    if (stopping.aborted) return { job, outcome: "waiting" };
    const place = await this.#reserve();
    if (place instanceof ApiUnavailable) return this.#postponeUnsent(job, place);
    const sent = await keeping(place, () => journal.move(job, "sent"));
    return this.#follow(sent, await this.#submit(sent, place), isListed, attempt);
  }

  /** What follows from an answer: an end, another attempt in this round, or one in a later round. */
  async #follow(job: Job, answer: SubmitAnswer, isListed: boolean, attempt: number): Promise<Step> {
    const { log, retryDelay, stopping } = this.#services;
    if (answer.kind !== "unclear") return this.#settle(job, answer);
    const { reason, retryAfter: asked } = answer;
    log.warn(
      sentence(`Broadcast of transaction ${job.id} is unclear: ${reason}`),
      eventOf("broadcast-unclear", job),
    );
    const delay = Math.max(backoff(attempt - 1, retryDelay, 10 * retryDelay), asked ?? 0);
    if (attempt === ATTEMPTS_PER_ROUND || delay > 10 * retryDelay) return this.#postpone(job, reason, asked);
    await pause(delay, stopping);
    return this.#offer(job, isListed, attempt + 1);
  }

  /** Asks what became of a job before its bytes go out (again); `undefined` when they may. */
  async #lookUp(job: Job, isListed: boolean): Promise<Step | undefined> {
    const { api, stopping } = this.#services;
    const completion = await completionOf(job, api);
    if (completion.kind === "completed") return this.#complete(job, completion.txId);
    if (stopping.aborted) return { job, outcome: "waiting" };
    if (!isListed && completion.kind === "missing") {
      const problem = "the API does not know it any more, so it may have been cancelled";
      return this.#park(job, problem, { parkedFor: "missing" });
    }
    if (!isListed && completion.kind === "unclear") {
      return this.#postpone(job, `the API does not tell what became of it: ${completion.reason}`);
    }
    if (completion.kind === "unclear" || job.state !== "sent" || !isSigned(job)) return undefined;
    return this.#giveUp(job);
  }

  /** A place at the API, before the job counts as sent; none where a chain hands its bytes over by itself. */
  async #reserve(): Promise<TatumPlace | ApiUnavailable | undefined> {
    if (this.#chain.submit !== undefined) return undefined;
    try {
      return await this.#services.api.reserveBroadcast();
    } catch (failure) {
      if (failure instanceof ApiUnavailable) return failure;
      throw failure;
    }
  }

  /** No place at the API: nothing left this machine. */
  #postponeUnsent(job: Job, { message, retryAfter }: ApiUnavailable): Promise<Step> | Step {
    if (this.#services.stopping.aborted) return { job, outcome: "waiting" };
    return this.#postpone(job, message, retryAfter);
  }

  #submit(job: Job, place: TatumPlace | undefined): Promise<SubmitAnswer> {
    const witnesses = { chain: this.#chain, environment: this.#environment, api: this.#services.api };
    const { metrics } = this.#services;
    return metrics.timed("broadcast", { chain: job.chain, job: job.id }, () =>
      submitBytes(job, witnesses, place),
    );
  }

  /** What follows from a clear answer. */
  async #settle(job: Job, answer: Exclude<SubmitAnswer, { readonly kind: "unclear" }>): Promise<Step> {
    const { api, log } = this.#services;
    if (answer.kind === "refused") return this.#refuse(job, answer.reason);
    if (answer.kind === "failed-on-chain") {
      return this.#park(job, answer.reason, owing(job, answer.reportedText));
    }
    if (answer.note !== undefined) {
      log.warn(`Transaction ${job.id}: ${answer.note}.`, eventOf("transaction-warning", job));
    }
    if (!answer.markedComplete && job.isRepair !== true) await api.markComplete(job.id, answer.txId);
    return this.#finish(job, answer.txId);
  }

  async #finish(job: Job, txId: string): Promise<Step> {
    const changes = { txId, attempts: 0, rest: GRACE_AFTER_DONE };
    return { job: await this.#services.journal.move(job, "done", changes), outcome: "done" };
  }

  async #park(job: Job, problem: string, changes: JobChanges = {}): Promise<Step> {
    const { journal, parkedReminder } = this.#services;
    const parked = await journal.move(job, "parked", { problem, ...changes });
    parkedReminder.parked(parked);
    this.#reports.note(parked);
    return { job: parked, outcome: "parked" };
  }

  /**
   * What follows from the API's word that a job is done. Under our own transaction id it is; under another one somebody
   * else completed it, while our bytes may still land: a person has to look.
   */
  async #complete(job: Job, txId: string): Promise<Step> {
    const { transactionId } = job.signed ?? {};
    if (transactionId === undefined || sameTransactionId(txId, transactionId)) return this.#finish(job, txId);
    return this.#park(
      job,
      `the API completed it as ${txId}, but the bytes signed here have the id ${transactionId}`,
    );
  }

  /** Tries again in a later round. */
  async #postpone(job: Job, problem: string, asked?: number): Promise<Step> {
    const { journal } = this.#services;
    return { job: await journal.retryLater(job, job.state, { problem }, asked), outcome: "waiting" };
  }

  /** What follows when the network proves that the bytes can no longer land; `undefined` where it does not. */
  async #giveUp(job: SignedJob): Promise<Step | undefined> {
    const asked = { chain: this.#chain, environment: this.#environment, sightings: this.#services.sightings };
    const signed = signedOfRecord(job.signed);
    if (await isProven(signed, "proveExpired", asked)) return this.#startAnew(job);
    // Bytes that cannot land are refused: others need not be looked into.
    if (job.refusals === 0) return undefined;
    if (await isProven(signed, "proveLapsed", asked)) return this.#tellLapsed(job);
    return (await isProven(signed, "proveReplaced", asked)) ? this.#tellReplaced(job) : undefined;
  }

  /** What another transaction did in the place of ours nobody knows here, so that nothing is signed in its place. */
  async #tellReplaced(job: SignedJob): Promise<Step | undefined> {
    return this.#unlessThere(job, async () => {
      const problem = replacedProblem(signedOfRecord(job.signed));
      if (job.isRepair !== true) return this.#park(job, problem, owing(job, `Error: ${problem}`));
      return { job: await this.#services.journal.close(job, "cancelled", { problem }), outcome: "skipped" };
    });
  }

  /** The pending transaction itself is over: it ends here, and what it used is free. */
  async #tellLapsed(job: SignedJob): Promise<Step | undefined> {
    return this.#unlessThere(job, async () => {
      const [earlier] = givenUpOf(job);
      // They may be of a content that named a later time: the number is not free, and nobody may be told that it failed.
      if (earlier !== undefined)
        return this.#park(
          job,
          `the time that it names is over, but ${earlier}, which was given up before, may still land`,
        );
      const problem = lapsedProblem(job.signed);
      const owed = owing(job, `Error: ${problem}`);
      this.#services.log.error(`Transaction ${job.id}: ${problem}.`, eventOf("transaction-failed", job));
      const closed = await this.#services.journal.close(job, "cancelled", { problem, ...owed });
      this.#reports.note(closed);
      return { job: closed, outcome: "failed" };
    });
  }

  /** The chain is asked for the bytes themselves before they are given up. */
  async #unlessThere(job: Job, giveUp: () => Promise<Step>): Promise<Step | undefined> {
    const where = await this.#whereabouts(job);
    if (where === "confirmed") return this.#confirm(job);
    return where === "absent" ? giveUp() : undefined;
  }

  /** The next round approves and signs the pending transaction again, if the API still lists it. */
  async #startAnew(job: SignedJob): Promise<Step | undefined> {
    const startAnew = async (): Promise<Step> => {
      const { journal, log } = this.#services;
      log.warn(
        `Transaction ${job.id} expired as ${job.signed.transactionId} without landing; it starts anew.`,
        eventOf("transaction-released", job),
      );
      // The proof is about these bytes alone: others that were given up before keep their number.
      const isAllProven = givenUpOf(job).length === 0;
      const fresh = await (isAllProven ? journal.startAfterProof(job) : journal.release(job));
      return { job: fresh, outcome: "waiting" };
    };
    // Nodes that can be asked were, for the proof.
    return this.#chain.locate === undefined ? this.#unlessThere(job, startAnew) : startAnew();
  }

  async #whereabouts({ signed }: Job): Promise<Whereabouts | "unclear"> {
    if (signed === undefined) return "absent";
    const { api } = this.#services;
    const witnesses = { chain: this.#chain, environment: this.#environment, api };
    return whereaboutsOf(signedOfRecord(signed), witnesses);
  }

  /** The chain has the bytes, whatever was answered to them: the API is told. */
  async #confirm(job: Job): Promise<Step> {
    const { api, log } = this.#services;
    const txId = job.signed?.transactionId ?? "";
    const event = eventOf("transaction-confirmed", job);
    log.info(`Transaction ${job.id} is confirmed: the chain has it as ${txId}.`, event);
    if (job.isRepair !== true) await api.markComplete(job.id, txId);
    return this.#finish(job, txId);
  }

  /** The bytes are used up, without what they are for. */
  #tellFailed(job: Job): Promise<Step> {
    const problem = `the network carried ${job.signed?.transactionId} out without success`;
    return this.#park(job, problem, owing(job, `Error: ${problem}`));
  }

  /** The bytes seem to be out already; until the chain shows them they are sent again. */
  async #awaitChain(job: Job, reason: string): Promise<Step> {
    this.#services.log.warn(
      sentence(
        `Transaction ${job.id} seems to be known already, but the chain does not show it yet: ${reason}`,
      ),
      eventOf("broadcast-unclear", job),
    );
    return this.#postpone(job, `the chain does not show yet what its node seems to know: ${reason}`);
  }

  /** A refusal. The bytes are out, so they stay the only ones; they are offered again at growing intervals. */
  async #refuse(job: Job, reason: string): Promise<Step> {
    const { api, journal, log, parkedReminder } = this.#services;
    const completion = await completionOf(job, api);
    if (completion.kind === "completed") return this.#complete(job, completion.txId);
    const where = await this.#whereabouts(job);
    if (where === "confirmed") return this.#confirm(job);
    if (where === "failed") return this.#tellFailed(job);
    if (where === "pooled" || isAlreadyKnown(reason, job.signed?.transactionId ?? "")) {
      return this.#awaitChain(job, reason);
    }
    const refusals = job.refusals + 1;
    const state = refusals >= MAXIMUM_REFUSALS ? "parked" : "sent";
    log.error(
      sentence(`Broadcast of transaction ${job.id} was refused: ${reason}`),
      eventOf("broadcast-refused", job),
    );
    const owed = owing(job, `Error: ${reason}`);
    const moved = await journal.retryLater(job, state, { refusals, problem: reason, ...owed });
    if (state === "parked") parkedReminder.parked(moved);
    this.#reports.note(moved);
    return { job: moved, outcome: state === "parked" ? "parked" : "waiting" };
  }
}
