/** What is left to do for a job whose bytes exist: send them (again), or tell the API once more that it is done. */
import type { Chain } from "../../chains/chain.ts";
import type { Job } from "../journal/job.ts";
import type { Outcome } from "../journal/job-outcome.ts";
import { UsedSequences } from "../journal/sequences.ts";
import { broadcastJob } from "./broadcast.ts";
import { createChainEnvironment } from "./environment.ts";
import type { ProcessContext } from "./pipeline.ts";

/**
 * A job whose bytes exist: broadcast them (again), or tell the API that it is done.
 * @param isListed whether the API lists the transaction as pending
 */
export async function resumeJob(
  job: Job,
  isListed: boolean,
  chain: Chain,
  context: ProcessContext,
): Promise<Outcome> {
  const { log, world, api, journal } = context;
  if (context.stopping.aborted) return "waiting";
  if (job.network !== world.network) return "skipped";
  if (job.state === "parked") return "parked";
  if (!context.ignoreWaits && !journal.isDue(job)) return "skipped";
  if (job.state === "done") {
    if (job.txId !== undefined) await api.markComplete(job.id, job.txId);
    await journal.retryLater(job, "done");
    return "skipped";
  }
  const environment = createChainEnvironment(chain, world, undefined, UsedSequences.none(), (message) =>
    log.warn(`Transaction ${job.id}: ${message}`),
  );
  const { outcome } = await broadcastJob(job, isListed, chain, environment, context);
  if (outcome === "done") log.info(`Tx was processed: ${job.id}`);
  return outcome;
}
