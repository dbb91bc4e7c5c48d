/** Reports of failures to the Tatum API: each job and cause once, those of a round together. */
import { Recent } from "../../chains/codec/recent.ts";
import { sentence } from "../../chains/error.ts";
import type { Job } from "../journal/job.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../operations/log.ts";
import type { TatumApi } from "../tatum/api.ts";

const MAXIMUM_TEXT_LENGTH = 2000;
/** Errors in one call. */
const MAXIMUM_BATCH = 500;
/** Causes that are remembered for a job; causes that hold a changing number would pile up. */
const MAXIMUM_REPORTED = 20;
/** Malformed entries that are remembered, the latest. */
const MAXIMUM_MALFORMED = 20_000;

interface Report {
  /** Absent for an entry that could not be read. */
  readonly job?: Job;
  readonly signatureId: string;
  readonly error: string;
}

export class ErrorReports {
  readonly #pending: Report[] = [];
  readonly #open = new Set<string>();
  readonly #toldWithoutJob = new Recent<true>(MAXIMUM_MALFORMED);

  /** Plans to report a cause, unless it was reported before. The text must hold no secret and no path. */
  add(job: Job, text: string): void {
    const error = text.slice(0, MAXIMUM_TEXT_LENGTH);
    if (job.reported.includes(error)) return;
    this.#pending.push({ job, signatureId: job.id, error });
    this.#open.add(job.id);
  }

  /** Whether a report about a job is on its way: it changes the job when it has arrived. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /**
   * The same for an entry that could not be read and so has no job. One without an id cannot be reported.
   * @returns whether this is new.
   */
  addMalformed(id: string | undefined, text: string): boolean {
    const error = text.slice(0, MAXIMUM_TEXT_LENGTH);
    if (this.#toldWithoutJob.has(`${id}\n${error}`)) return false;
    if (id === undefined) this.#toldWithoutJob.set(`${id}\n${error}`, true);
    else this.#pending.push({ signatureId: id, error });
    return true;
  }

  /** Sends what was planned. What the API did not take is planned again when the cause occurs again. */
  async send(api: TatumApi, journal: Journal, log: Log): Promise<void> {
    const planned = this.#pending.splice(0);
    try {
      await this.#sendAll(planned, api, journal, log);
    } finally {
      for (const { signatureId } of planned) this.#open.delete(signatureId);
    }
  }

  async #sendAll(planned: readonly Report[], api: TatumApi, journal: Journal, log: Log): Promise<void> {
    for (let from = 0; from < planned.length; from += MAXIMUM_BATCH) {
      const batch = planned.slice(from, from + MAXIMUM_BATCH);
      const problem = await api.reportErrors(batch.map(({ signatureId, error }) => ({ signatureId, error })));
      if (problem !== undefined) {
        log.warn(
          sentence(`The API did not take the report of ${batch.length} failed transactions: ${problem}`),
        );
        return;
      }
      for (const report of batch) await this.#remember(report, journal);
    }
  }

  async #remember({ job, signatureId, error }: Report, journal: Journal): Promise<void> {
    const current = job === undefined ? undefined : await journal.find(job.chain, job.id);
    if (current === undefined) {
      this.#toldWithoutJob.set(`${signatureId}\n${error}`, true);
      return;
    }
    const reported = [...current.reported, error].slice(-MAXIMUM_REPORTED);
    await journal.move(current, current.state, { reported });
  }
}
