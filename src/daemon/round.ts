/**
 * The rounds of one chain: poll, then work off what is listed and what was left unfinished. A round does not wait for the one
 * before: what that still works on is left to it.
 */

import { isOfKey } from "../api-key-name.ts";
import { isVaultFailure } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { isFinished, type Job, type Outcome } from "../journal/job.ts";
import type { Work } from "../signing/pipeline.ts";
import type { ListedTransaction, MalformedTransaction } from "../tatum/pending-transaction.ts";
import { Lanes } from "./lanes.ts";
import { type PollResult, pollChain, type Round } from "./poll.ts";

/** Logs the entries that cannot be read, and plans to report those that have an id, each of them once. */
function tellMalformed({ pipeline }: Round, malformed: readonly MalformedTransaction[]): void {
  const { chain, services, reports } = pipeline;
  const { log } = services;
  const { ticker } = chain.facts;
  const nameless = malformed.filter(({ id }) => id === undefined);
  const [first] = nameless;
  if (first !== undefined && reports.addMalformed(undefined, first.problem)) {
    log.error(
      `Could not process ${nameless.length} entries of ${ticker} without an id, error: ${first.problem}.`,
      { action: "list-incomplete", chain: ticker },
    );
  }
  for (const { id, problem } of malformed) {
    if (id === undefined) continue;
    if (reports.addMalformed(id, `Error: The pending transaction cannot be read: ${problem}.`)) {
      const event = { action: "transaction-failed", chain: ticker, job: id } as const;
      log.error(`Could not process transaction id ${id} of ${ticker}, error: ${problem}.`, event);
    }
  }
}

/** Has the operator reminded of the jobs that wait for a decision. */
async function remindOfParked({ pipeline: { chain, services } }: Round): Promise<void> {
  for (const job of await services.journal.list("parked"))
    if (job.chain === chain.facts.ticker && isOfKey(job, services.api.apiKeyName))
      services.parkedReminder.stillParked(job);
}

export interface RoundResult {
  /** Whether nothing is left to do: the poll succeeded and every transaction is finished. */
  readonly isFinished: boolean;
  /** Whether what is left may go well the next time without anybody's doing. */
  readonly mayPass?: boolean;
}

/** A round that has polled. */
export interface BegunRound {
  /** Milliseconds that the API asked to wait before the next poll. */
  readonly retryAfter?: number | undefined;
  /** Milliseconds from the answer to the poll until all of it was read. */
  readonly readingTime?: number | undefined;
  /** Resolves when everything that the round began is done; rejects when the vault failed. */
  readonly ended: Promise<RoundResult>;
}

/** Transactions that are looked at side by side, before each has its lane. */
const LOOKED_AT = 16;

/** What the rounds of a chain share. */
interface Shared {
  readonly lanes: Lanes;
  /** The ids of transactions that are in work. */
  readonly inWork: Set<string>;
  /** Whether a later poll has listed what there is. */
  isOutdated(): boolean;
  /** Whether the API still lists a transaction, as far as the latest poll tells. */
  isListed(id: string): boolean;
}

/** What follows from one poll. */
class OneRound {
  readonly outcomes: Outcome[] = [];
  readonly #round: Round;
  readonly #shared: Shared;
  readonly #works: Promise<void>[] = [];
  #vaultFailure: unknown;

  constructor(round: Round, shared: Shared) {
    this.#round = round;
    this.#shared = shared;
  }

  /** Gives each transaction its lane. */
  async begin(listed: readonly ListedTransaction[]): Promise<void> {
    const { pipeline } = this.#round;
    for (const job of await this.#unlistedJobs(listed)) {
      this.#shared.inWork.add(job.id);
      this.#add(job.id, pipeline.resume(job, false));
    }
    for (let from = 0; from < listed.length; from += LOOKED_AT) {
      if (pipeline.services.stopping.aborted || this.#shared.isOutdated()) break;
      const next = listed.slice(from, from + LOOKED_AT);
      await this.#lookAt(next.filter(({ transaction }) => !this.#isInWork(transaction.id)));
    }
  }

  /** @throws KmsError of a failure of the vault */
  async finished(): Promise<void> {
    await Promise.all(this.#works);
    if (this.#vaultFailure !== undefined) throw this.#vaultFailure;
  }

  /** Jobs with signed bytes that the API did not list this time: they may still have to go out. */
  async #unlistedJobs(listed: readonly ListedTransaction[]): Promise<Job[]> {
    const { pipeline, transactionIds } = this.#round;
    const { chain, services } = pipeline;
    const leftOut = new Set([...this.#shared.inWork, ...listed.map(({ transaction }) => transaction.id)]);
    const jobs = await services.journal.list("signed", "sent");
    return jobs.filter(
      ({ id, chain: ticker, apiKey }) =>
        ticker === chain.facts.ticker &&
        isOfKey({ apiKey }, services.api.apiKeyName) &&
        !leftOut.has(id) &&
        !this.#isInWork(id) &&
        (transactionIds?.has(id) ?? true),
    );
  }

  #isInWork(id: string): boolean {
    return this.#shared.inWork.has(id) || this.#round.pipeline.reports.isOpen(id);
  }

  async #lookAt(listed: readonly ListedTransaction[]): Promise<void> {
    const { pipeline, list } = this.#round;
    const found = await Promise.all(
      listed.map((entry) => {
        const { id } = entry.transaction;
        list.lookedAt(id);
        this.#shared.inWork.add(id);
        return this.#contained(id, () => pipeline.next(entry));
      }),
    );
    for (const [at, { transaction }] of listed.entries()) {
      const work = found[at] as Work | Outcome;
      if (typeof work === "string") this.#ended(transaction.id, work);
      else this.#addListed(transaction, work);
    }
  }

  #addListed({ id, hashes, signatures }: ListedTransaction["transaction"], work: Work): void {
    const { chain, services } = this.#round.pipeline;
    if (!work.isSigned) {
      const count = hashes.length + signatures.length;
      services.log.info(
        `Processing pending transaction ${id} of ${chain.facts.ticker}, ${count} signatures.`,
        { action: "transaction-begun", chain: chain.facts.ticker, job: id },
      );
    }
    // It may have been cancelled while it waited for its turn.
    const run = async (): Promise<Outcome> => (this.#shared.isListed(id) ? work.run() : "waiting");
    const { approve } = work;
    const ahead = approve && (async () => (this.#shared.isListed(id) ? approve() : "waiting"));
    this.#add(id, { ...work, run, ...(ahead && { approve: ahead }) });
  }

  #add(id: string, { lane, run, approve, isRepeated }: Work): void {
    const ahead =
      approve &&
      (async (): Promise<boolean> => {
        const outcome = await this.#contained(id, approve);
        if (outcome !== undefined) this.#ended(id, outcome);
        return outcome === undefined;
      });
    const work = async (): Promise<void> => this.#ended(id, await this.#contained(id, run));
    this.#works.push(this.#shared.lanes.add(lane, { ahead, work, isRepeated }));
  }

  #ended(id: string, outcome: Outcome): void {
    const { chain, services } = this.#round.pipeline;
    this.#shared.inWork.delete(id);
    this.outcomes.push(outcome);
    services.metrics.transactionEnded(chain.facts.ticker, outcome, id);
  }

  /** What goes wrong with one transaction does not stop the others; what is wrong with the vault stops the round. */
  async #contained<Result>(id: string, work: () => Promise<Result>): Promise<Result | Outcome> {
    if (this.#vaultFailure !== undefined) return "waiting";
    try {
      return await work();
    } catch (failure) {
      if (isVaultFailure(failure)) this.#vaultFailure ??= failure;
      else {
        const { chain, services } = this.#round.pipeline;
        const about = { chain: chain.facts.ticker, job: id, failure };
        services.log.error(`Could not process transaction id ${id}, error: ${describeFailure(failure)}`, {
          action: "transaction-failed",
          ...about,
        });
      }
      return "waiting";
    }
  }
}

/** The rounds of one chain, and what they still work on. */
export class ChainRounds {
  readonly #lanes: Lanes;
  readonly #inWork = new Set<string>();
  #polls = 0;
  /** What the latest poll listed, if that was all there is. */
  #listed: ReadonlySet<string> | undefined;
  #reporting: Promise<void> = Promise.resolve();

  /** @param isHeldUp as {@link Lanes} takes it */
  constructor(isHeldUp: () => boolean) {
    this.#lanes = new Lanes(isHeldUp);
  }

  /** Polls, and begins to work off what is there. */
  async begin(round: Round): Promise<BegunRound> {
    const poll = await pollChain(round, (ids) => this.#resting(round, ids));
    tellMalformed(round, poll.malformed);
    await remindOfParked(round);
    const { retryAfter, readingTime } = poll;
    return { retryAfter, readingTime, ended: this.#workOff(round, poll) };
  }

  async #workOff(round: Round, poll: PollResult): Promise<RoundResult> {
    const one = new OneRound(round, this.#sharedBy(poll));
    await one.begin(poll.wanted);
    await this.#report(round);
    await one.finished();
    await this.#report(round);
    return {
      isFinished: poll.isComplete && one.outcomes.every(isFinished),
      mayPass: poll.mayPass || one.outcomes.includes("waiting"),
    };
  }

  /** What is in work, or has nothing done for it now. A single run tries everything. */
  async #resting({ pipeline }: Round, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { chain, services } = pipeline;
    if (services.runOnce) return new Set();
    const resting = await services.journal.resting(ids.filter((id) => !this.#inWork.has(id)));
    for (const state of resting.values())
      services.metrics.transactionEnded(chain.facts.ticker, state === "parked" ? "parked" : "skipped");
    return new Set([...this.#inWork, ...resting.keys()]);
  }

  /** A poll without an answer changes nothing about what is listed. */
  #sharedBy({ listedIds, isWhole }: PollResult): Shared {
    if (listedIds !== undefined) {
      this.#polls += 1;
      this.#listed = isWhole ? listedIds : undefined;
    }
    const poll = this.#polls;
    return {
      lanes: this.#lanes,
      inWork: this.#inWork,
      isOutdated: () => poll !== this.#polls,
      isListed: (id) => this.#listed?.has(id) ?? true,
    };
  }

  /** One report after another, so that no cause is told twice. */
  #report({ pipeline: { services, reports } }: Round): Promise<void> {
    const send = (): Promise<void> => reports.send(services.api, services.journal, services.log);
    this.#reporting = this.#reporting.then(send, send);
    return this.#reporting;
  }
}
