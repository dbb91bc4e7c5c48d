/** One round of one chain: poll, then work off what is listed and what was left unfinished. */

import { isVaultFailure } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { isFinished, type Job, type Outcome } from "../journal/job.ts";
import type { Work } from "../signing/pipeline.ts";
import type { ListedTransaction, MalformedTransaction } from "../tatum/pending-transaction.ts";
import { Lanes } from "./lanes.ts";
import { pollChain, type Round } from "./poll.ts";

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
    );
  }
  for (const { id, problem } of malformed) {
    if (id === undefined) continue;
    if (reports.addMalformed(id, `Error: The pending transaction cannot be read: ${problem}.`)) {
      log.error(`Could not process transaction id ${id} of ${ticker}, error: ${problem}.`);
    }
  }
}

/** Has the operator reminded of the jobs that wait for a decision. */
async function remindOfParked({ pipeline: { chain, services } }: Round): Promise<void> {
  for (const job of await services.journal.list("parked"))
    if (job.chain === chain.facts.ticker) services.parkedReminder.stillParked(job);
}

/** Jobs with signed bytes that the API did not list this time: they may still have to go out. */
async function unlistedJobs(
  { pipeline, transactionIds }: Round,
  listed: readonly ListedTransaction[],
): Promise<Job[]> {
  const { chain, services } = pipeline;
  const isListed = new Set(listed.map(({ transaction }) => transaction.id));
  const jobs = await services.journal.list("signed", "sent");
  return jobs.filter(
    (job) =>
      job.chain === chain.facts.ticker &&
      !isListed.has(job.id) &&
      (transactionIds === undefined || transactionIds.has(job.id)),
  );
}

/** Works off what is listed and what was left unfinished; how each transaction ended. */
async function workOff(round: Round, listed: readonly ListedTransaction[]): Promise<Outcome[]> {
  const { pipeline } = round;
  const { ticker } = pipeline.chain.facts;
  const { log, metrics, stopping } = pipeline.services;
  const outcomes: Outcome[] = [];
  const ended = (outcome: Outcome): void => {
    outcomes.push(outcome);
    metrics.transactionEnded(ticker, outcome);
  };
  const lanes = new Lanes();
  let vaultFailure: unknown;
  // What goes wrong with one transaction does not stop the others; what is wrong with the vault stops the round.
  const contained = async <Result>(id: string, work: () => Promise<Result>): Promise<Result | Outcome> => {
    if (vaultFailure !== undefined) return "waiting";
    try {
      return await work();
    } catch (failure) {
      if (isVaultFailure(failure)) {
        vaultFailure ??= failure;
        return "waiting";
      }
      log.error(`Could not process transaction id ${id}, error: ${describeFailure(failure)}`);
      return "waiting";
    }
  };
  const add = (id: string, { lane, run }: Work): void =>
    lanes.add(lane, async () => ended(await contained(id, run)));

  for (const job of await unlistedJobs(round, listed)) add(job.id, pipeline.resume(job, false));
  for (const entry of listed) {
    if (stopping.aborted) break;
    const { id, hashes, signatures } = entry.transaction;
    const found = await contained(id, () => pipeline.next(entry));
    if (typeof found === "string") {
      ended(found);
      continue;
    }
    if (!found.isSigned) {
      log.info(
        `Processing pending transaction ${id} of ${ticker}, ${hashes.length + signatures.length} signatures.`,
      );
    }
    add(id, found);
  }
  await lanes.finished();
  if (vaultFailure !== undefined) throw vaultFailure;
  return outcomes;
}

export interface RoundResult {
  /** Whether nothing is left to do: the poll succeeded and every transaction is finished. */
  readonly isFinished: boolean;
  /** Whether what is left may go well the next time without anybody's doing. */
  readonly mayPass?: boolean;
  /** Milliseconds that the API asked to wait before the next poll. */
  readonly retryAfter?: number | undefined;
}

/** Polls, and works off what is there. */
export async function runChainRound(round: Round): Promise<RoundResult> {
  const { services, reports } = round.pipeline;
  const { wanted, malformed, isComplete, mayPass, retryAfter } = await pollChain(round);
  tellMalformed(round, malformed);
  await remindOfParked(round);
  const outcomes = await workOff(round, wanted);
  await reports.send(services.api, services.journal, services.log);
  return {
    isFinished: isComplete && outcomes.every(isFinished),
    mayPass: mayPass || outcomes.includes("waiting"),
    retryAfter,
  };
}
