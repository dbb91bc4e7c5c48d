/** One round of one chain: poll, then work off what is listed and what was left unfinished. */

import { describeFailure } from "../describe-failure.ts";
import type { Job } from "../journal/job.ts";
import { isFinished, type Outcome } from "../journal/job-outcome.ts";
import { type ProcessContext, prepareTransaction, processTransaction } from "../signing/pipeline.ts";
import { resumeJob } from "../signing/resume-job.ts";
import type { ListedTransaction, MalformedTransaction } from "../tatum/pending-transaction.ts";
import { isVaultFailure } from "../vault-failure.ts";
import { Lanes } from "./lanes.ts";
import { type PollOptions, pollChain } from "./poll.ts";

export interface RoundOptions extends PollOptions {
  readonly context: ProcessContext;
}

/** Logs the entries that cannot be read, and plans to report those that have an id, each of them once. */
function tellMalformed({ context, chain }: RoundOptions, malformed: readonly MalformedTransaction[]): void {
  const { log, reports } = context;
  const { ticker } = chain.facts;
  const nameless = malformed.filter(({ id }) => id === undefined);
  const [first] = nameless;
  if (first !== undefined && reports.addMalformed(undefined, first.problem)) {
    log.error(
      `Could not process ${nameless.length} entries of ${ticker} without an id, error: ${first.problem}`,
    );
  }
  for (const { id, problem } of malformed) {
    if (id === undefined) continue;
    if (reports.addMalformed(id, `Error: The pending transaction cannot be read: ${problem}.`)) {
      log.error(`Could not process transaction id ${id} of ${ticker}, error: ${problem}`);
    }
  }
}

/** Has the operator reminded of the jobs that wait for a decision. */
async function remindOfParked({ chain, context }: RoundOptions): Promise<void> {
  for (const job of await context.journal.list("parked"))
    if (job.chain === chain.facts.ticker) context.parkedReminder.stillParked(job);
}

/** Jobs with signed bytes that the API did not list this time: they may still have to go out. */
async function unlistedJobs(options: RoundOptions, listed: readonly ListedTransaction[]): Promise<Job[]> {
  const { chain, context, transactionIds } = options;
  const isListed = new Set(listed.map(({ transaction }) => transaction.id));
  const jobs = await context.journal.list("signed", "sent");
  return jobs.filter(
    (job) =>
      job.chain === chain.facts.ticker &&
      !isListed.has(job.id) &&
      (transactionIds === undefined || transactionIds.has(job.id)),
  );
}

/** Works off what is listed and what was left unfinished; how each transaction ended. */
async function workOff(options: RoundOptions, listed: readonly ListedTransaction[]): Promise<Outcome[]> {
  const { chain, context } = options;
  const outcomes: Outcome[] = [];
  const ended = (outcome: Outcome): void => {
    outcomes.push(outcome);
    context.metrics.transactionEnded(chain.facts.ticker, outcome);
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
      context.log.error(`Could not process transaction id ${id}, error: ${describeFailure(failure)}`);
      return "waiting";
    }
  };
  const add = (id: string, account: string | undefined, work: () => Promise<Outcome>): void =>
    lanes.add(account, async () => ended(await contained(id, work)));
  const resumeLater = (job: Job, isListed: boolean): void =>
    add(job.id, job.signed?.sequence?.account, () => resumeJob(job, isListed, chain, context));

  for (const job of await unlistedJobs(options, listed)) resumeLater(job, false);
  for (const entry of listed) {
    if (context.stopping.aborted) break;
    const { id, hashes, signatures } = entry.transaction;
    const found = await contained(id, () => prepareTransaction(entry, chain, context));
    if (typeof found === "string") {
      ended(found);
    } else if ("signedJob" in found) {
      resumeLater(found.signedJob, true);
    } else {
      context.log.info(
        `Processing pending transaction ${id} of ${chain.facts.ticker}, ${hashes.length + signatures.length} signatures.`,
      );
      add(id, found.account, () => processTransaction(found, chain, context));
    }
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

export async function runChainRound(options: RoundOptions): Promise<RoundResult> {
  const { context } = options;
  const { wanted, malformed, isComplete, mayPass, retryAfter } = await pollChain(options);
  tellMalformed(options, malformed);
  await remindOfParked(options);
  const outcomes = await workOff(options, wanted);
  await context.reports.send(context.api, context.journal, context.log);
  return {
    isFinished: isComplete && outcomes.every(isFinished),
    mayPass: mayPass || outcomes.includes("waiting"),
    retryAfter,
  };
}
