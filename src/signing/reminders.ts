/** Reminders of parked jobs, which wait for a person. */
import { Recent } from "../../chains/codec/recent.ts";
import { sentence } from "../../chains/error.ts";
import type { KmsError } from "../errors.ts";
import type { Job } from "../journal/job.ts";
import type { Log } from "../operations/log.ts";

/** A person is reminded of a parked job once an hour, in milliseconds. */
const REMIND_AFTER = 3_600_000;

/** Jobs that are remembered, the latest; of older ones a person is reminded more often. */
const MAXIMUM_REMEMBERED = 20_000;

type ParkedJob = Pick<Job, "id" | "chain">;

/** Tells the operator of jobs that wait for a person: when they are parked, and once an hour. */
export class ParkedReminder {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #toldAt = new Recent<number>(MAXIMUM_REMEMBERED);

  /** @param now milliseconds of a clock that only ever goes forward */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** A job was parked just now. */
  parked(job: ParkedJob & Pick<Job, "problem">): void {
    this.#tell(job, `${job.problem}`, "A person has to decide: tatum-kms job retry or job resolve.");
  }

  /** A job is still parked. */
  stillParked(job: ParkedJob & Pick<Job, "problem">): void {
    if (this.#isDue(job)) this.parked(job);
  }

  /** A transaction is listed whose job was set aside. */
  setAside(job: ParkedJob, { message, hint }: Pick<KmsError, "message" | "hint">): void {
    if (this.#isDue(job)) this.#tell(job, message, `${hint}`);
  }

  #isDue({ id }: ParkedJob): boolean {
    const toldAt = this.#toldAt.get(id);
    return toldAt === undefined || this.#now() - toldAt >= REMIND_AFTER;
  }

  #tell({ id, chain }: ParkedJob, problem: string, advice: string): void {
    this.#log.error(`${sentence(`Transaction ${id} is parked: ${problem}`)} ${advice}`, {
      action: "transaction-parked",
      chain,
      job: id,
    });
    this.#toldAt.set(id, this.#now());
  }
}
