/** Reports of failures to the Tatum API: each job and cause once, those of a round together. What is owed stands in the journal. */
import { Recent } from "../../chains/codec/recent.ts";
import { sentence } from "../../chains/error.ts";
import { isOfKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import type { Job, JobChanges } from "../journal/job.ts";
import type { Journal } from "../journal/journal.ts";
import { waitBeforeRetry } from "../journal/retry-time.ts";
import type { Log } from "../operations/log.ts";
import type { TatumApi } from "../tatum/api.ts";

const MAXIMUM_TEXT_LENGTH = 2000;
/** Errors in one call. */
const MAXIMUM_BATCH = 500;
/** Causes that are remembered for a job, and that it may owe. */
export const MAXIMUM_CAUSES = 20;
/** Malformed entries that are remembered, the latest. */
const MAXIMUM_MALFORMED = 20_000;
/** How often it is tried to note a report at a job that others change at the same time. */
const SETTLING_TRIES = 5;
/** From which the waits grow after a report that the API did not take: 5 seconds. */
const FIRST_WAIT = 5_000;

interface Report {
  readonly signatureId: string;
  readonly error: string;
}

/** Two texts that differ only in numbers or ids, such as a fee or a transaction id, are one cause. */
function causeOf(text: string): string {
  return text.replaceAll(/\b(?:0x)?[0-9a-f]{8,}\b|\d+/gi, "#");
}

/**
 * What changes in a job that failed for a cause that the API has to be told; nothing when it was told before, or will be, or the
 * job is of no pending transaction.
 * @param text must hold no secret and no path
 */
export function owing(job: Job, text: string): Pick<JobChanges, "owed"> {
  if (job.isRepair === true) return {};
  const error = text.slice(0, MAXIMUM_TEXT_LENGTH);
  const owed = job.owed ?? [];
  const isKnown = [...job.reported, ...owed].some((known) => causeOf(known) === causeOf(error));
  return isKnown ? {} : { owed: [...owed, error].slice(-MAXIMUM_CAUSES) };
}

export class ErrorReports {
  /** The ids of jobs that owe a report. */
  readonly #owing = new Set<string>();
  /** Those whose report is on its way, which changes the job when it has arrived. */
  readonly #open = new Set<string>();
  readonly #withoutJob: Report[] = [];
  readonly #toldWithoutJob = new Recent<true>(MAXIMUM_MALFORMED);
  readonly #now: () => number;
  #isComplete = false;
  #failures = 0;
  #notBefore = 0;

  /** @param now milliseconds of a clock that only ever goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Has a job's reports sent, if it owes any. */
  note({ id, owed = [] }: Job): void {
    if (owed.length > 0) this.#owing.add(id);
  }

  /** Whether a report about a job is on its way: it changes the job when it has arrived. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /**
   * Plans a report about an entry that could not be read and so has no job. One without an id cannot be reported.
   * @returns whether this is new.
   */
  addMalformed(id: string | undefined, text: string): boolean {
    const error = text.slice(0, MAXIMUM_TEXT_LENGTH);
    if (this.#toldWithoutJob.has(`${id}\n${error}`)) return false;
    this.#toldWithoutJob.set(`${id}\n${error}`, true);
    if (id !== undefined) this.#withoutJob.push({ signatureId: id, error });
    return true;
  }

  /** Sends what is owed. What the API does not take is sent again later, after growing waits, also by the next process. */
  async send(api: TatumApi, journal: Journal, log: Log): Promise<void> {
    await this.#complete(journal, api.apiKeyName);
    if (this.#now() < this.#notBefore) return;
    const ids = [...this.#owing];
    for (const id of ids) this.#open.add(id);
    try {
      const jobs = await this.#owingJobs(ids, journal);
      const malformed = this.#withoutJob.splice(0);
      const problem = await this.#sendAll([...jobs.flatMap(reportsOf), ...malformed], api);
      if (problem === undefined) {
        await this.#settle(jobs, journal);
        return;
      }
      this.#withoutJob.push(...malformed);
      this.#failures += 1;
      this.#notBefore = this.#now() + waitBeforeRetry(this.#failures, FIRST_WAIT);
      const count = new Set([...ids, ...malformed.map(({ signatureId }) => signatureId)]).size;
      log.warn(sentence(`The API did not take the report of ${count} failed transactions: ${problem}`), {
        action: "report-failed",
      });
    } finally {
      for (const id of ids) this.#open.delete(id);
    }
  }

  /** What processes before this one owed, of the jobs of the key that the API is told with. */
  async #complete(journal: Journal, apiKey: string): Promise<void> {
    if (this.#isComplete) return;
    for (const job of await journal.list("seen", "denied", "failed", "sent", "parked", "cancelled"))
      if (isOfKey(job, apiKey)) this.note(job);
    this.#isComplete = true;
  }

  /** The jobs of these ids; one whose row does not open by now keeps no other from being reported. */
  async #owingJobs(ids: readonly string[], journal: Journal): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const id of ids) {
      const job = await journal.find(id).catch((failure: unknown) => {
        if (!isOfJournal(failure)) throw failure;
        this.#owing.delete(id);
        return undefined;
      });
      if (job !== undefined) jobs.push(job);
    }
    return jobs;
  }

  /** @returns why the API did not take all of them */
  async #sendAll(reports: readonly Report[], api: TatumApi): Promise<string | undefined> {
    for (let from = 0; from < reports.length; from += MAXIMUM_BATCH) {
      const problem = await api.reportErrors(reports.slice(from, from + MAXIMUM_BATCH));
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  async #settle(jobs: readonly Job[], journal: Journal): Promise<void> {
    this.#failures = 0;
    await Promise.all(jobs.map((job) => this.#settleOne(job, journal, SETTLING_TRIES)));
  }

  /** The API has what a job owed: that is noted whatever became of the job meanwhile, or it would be told again. */
  async #settleOne({ id, owed: sent = [] }: Job, journal: Journal, tries: number): Promise<void> {
    const job = await journal.find(id);
    if (job === undefined) return;
    const reported = [...job.reported, ...sent].slice(-MAXIMUM_CAUSES);
    const left = (job.owed ?? []).filter((error) => !sent.includes(error));
    try {
      await journal.move(job, job.state, { reported, owed: left.length === 0 ? undefined : left });
    } catch (failure) {
      if (!isOfJournal(failure) || tries <= 1) throw failure;
      return this.#settleOne({ ...job, owed: sent }, journal, tries - 1);
    }
    if (left.length === 0) this.#owing.delete(id);
  }
}

function isOfJournal(failure: unknown): boolean {
  return failure instanceof KmsError && failure.code === "JOURNAL";
}

function reportsOf({ id, owed = [] }: Job): Report[] {
  return owed.map((error) => ({ signatureId: id, error }));
}
