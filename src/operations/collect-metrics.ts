/** Collects the daemon's metrics: what it counted itself, with what the journal and the limits of requests tell now. */
import { describeFailure } from "../failures.ts";
import { countJobs } from "../journal/inspect.ts";
import { type JobState, jobStates } from "../journal/job.ts";
import { listJobs } from "../journal/job-list.ts";
import type { Vault } from "../vault/vault.ts";
import type { Log } from "./log.ts";
import type { Counted, JobMetrics, Metric, Queue, RateLimitState } from "./metrics.ts";

/** Where the numbers come from. */
export interface MetricsSource {
  readonly metrics: JobMetrics;
  readonly vault: Vault;
  readonly log: Log;
  /** The limits of requests at the API, by the name of the API key. */
  readonly limits?: () => ReadonlyMap<string, RateLimitState>;
}

/** States of jobs that go on by themselves. */
const queued: readonly JobState[] = ["seen", "denied", "approved", "failed", "signed", "sent"];

/** Jobs of the queue that are opened to find the oldest one. */
const MOST_OPENED = 1000;

async function readQueue(vault: Vault, jobs: ReadonlyMap<JobState, number>): Promise<Queue> {
  const count = queued.reduce((sum, state) => sum + (jobs.get(state) ?? 0), 0);
  if (count === 0) return { jobs: 0 };
  const page = await listJobs(vault, { states: queued }, MOST_OPENED);
  return {
    jobs: count,
    oldest: page.jobs.length === 0 ? undefined : Math.min(...page.jobs.map(({ createdAt }) => createdAt)),
  };
}

/** What the journal tells; nothing when the vault cannot be read, which is logged. */
export async function countInVault({ vault, log }: Pick<MetricsSource, "vault" | "log">): Promise<Counted> {
  try {
    const counted = await countJobs(vault);
    const jobs = new Map(jobStates.map((state) => [state, counted[state] ?? 0]));
    return { jobs, queue: await readQueue(vault, jobs) };
  } catch (failure) {
    log.error(`The jobs could not be counted for the metrics: ${describeFailure(failure)}`, {
      action: "metrics-failed",
      failure,
    });
    return {};
  }
}

/** All numbers as they are now, for whoever renders them. Throws nothing. */
export async function collectMetrics(source: MetricsSource): Promise<Metric[]> {
  return source.metrics.collect({ ...(await countInVault(source)), limits: source.limits?.() });
}
