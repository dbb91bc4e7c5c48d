/** Keeps the metrics file up to date while the daemon works or stands by. */

import { describeFailure } from "../describe-failure.ts";
import { pause } from "../http/retry.ts";
import { type JobState, jobStates } from "../journal/job.ts";
import type { Database } from "../store/sqlite/database.ts";
import { countJobRows } from "../store/tables/job.ts";
import type { Log } from "./log.ts";
import type { JobMetrics } from "./metrics.ts";
import { writeMetricsFile } from "./metrics-file.ts";

/** Milliseconds between two writes. */
const INTERVAL = 15_000;

export interface MetricsOptions {
  /** Absolute path of the file; nothing is written without one. */
  readonly path: string | undefined;
  readonly metrics: JobMetrics;
  readonly database: Database;
  readonly log: Log;
  /** One cycle and no later one: it is written at the end alone. */
  readonly runOnce: boolean;
}

/** How many jobs are in which state; `undefined` when the vault cannot be read, which is logged. */
async function countJobs({ database, log }: MetricsOptions): Promise<Map<JobState, number> | undefined> {
  try {
    const rows = await database.read(countJobRows);
    return new Map(jobStates.map((state) => [state, rows.find((row) => row.state === state)?.count ?? 0]));
  } catch (failure) {
    log.error(`The jobs could not be counted for the metrics: ${describeFailure(failure)}`);
    return undefined;
  }
}

/** Throws nothing: what is wrong with the file must not keep the daemon from its work. */
async function write(options: MetricsOptions, path: string): Promise<void> {
  try {
    await writeMetricsFile(path, options.metrics.collect(await countJobs(options)));
  } catch (failure) {
    options.log.error(describeFailure(failure));
  }
}

async function keepWriting(options: MetricsOptions, path: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await write(options, path);
    await pause(INTERVAL, ended);
  }
}

/** Does the work and writes the metrics file meanwhile, and once more when it has ended, be it with an error. */
export async function keepMetrics(options: MetricsOptions, work: () => Promise<void>): Promise<void> {
  const { path, runOnce } = options;
  if (path === undefined) return work();
  const ended = new AbortController();
  const writing = runOnce ? undefined : keepWriting(options, path, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
    await writing;
    await write(options, path);
  }
}
