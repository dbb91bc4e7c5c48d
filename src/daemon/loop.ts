/** The daemon: every chain in its own loop, so that a slow one does not hold up the others. */
import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { ChainLoop, type ChainLoopOptions, isFatal } from "./chain-loop.ts";
import type { RoundResult } from "./round.ts";
import { createVersionNotice } from "./version-notice.ts";

export interface DaemonOptions extends ChainLoopOptions {
  readonly tickers: readonly string[];
}

/** Polls of the chains are spread over the period, in milliseconds over no more than this. */
const LONGEST_SPREAD = 5000;

function chainLoops(options: DaemonOptions): ChainLoop[] {
  const onLatestVersion = createVersionNotice(options.log);
  return options.tickers.map((ticker) => new ChainLoop(ticker, options, onLatestVersion));
}

/**
 * Runs until `stopping` is set and what was in flight is finished.
 * @throws KmsError `ROLLED_BACK` when the vault was turned back to an older state; all chains are stopped first
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const fatal = new AbortController();
  const stopping = AbortSignal.any([options.stopping, fatal.signal]);
  const loops = chainLoops(options);
  const haveWork = await Promise.all(loops.map((loop) => loop.findsWork()));
  const served = loops.filter((_, index) => haveWork[index]);
  const step = Math.min(options.period, LONGEST_SPREAD) / Math.max(1, served.length);
  const ends = await Promise.allSettled(
    loops.map(async (loop) => {
      try {
        await loop.run(Math.max(0, served.indexOf(loop)) * step, stopping);
      } catch (failure) {
        fatal.abort();
        throw failure;
      }
    }),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/**
 * One round of every chain.
 * @throws KmsError `INCOMPLETE` when a poll failed or a transaction is not finished, `VAULT_BUSY` when another daemon works
 * for one of the chains, `ROLLED_BACK`
 */
export async function runCycle(options: DaemonOptions): Promise<void> {
  let refused: unknown;
  const rounds = await Promise.all(
    chainLoops(options).map(async (loop): Promise<RoundResult> => {
      try {
        return await loop.runOnce(options.stopping);
      } catch (failure) {
        if (isFatal(failure) || (failure instanceof KmsError && failure.code === "VAULT_BUSY"))
          refused ??= failure;
        else options.log.error(describeFailure(failure), { action: "round-failed", failure });
        return { isFinished: false };
      }
    }),
  );
  if (refused !== undefined) throw refused;
  if (rounds.every(({ isFinished }) => isFinished)) return;
  const mayPass = rounds.some((round) => !round.isFinished && round.mayPass === true);
  throw new KmsError(
    "INCOMPLETE",
    "The cycle ended, but not every chain was polled or not every transaction is done.",
    {
      hint: `The log above names the causes${mayPass ? "; run it again" : ""}.`,
    },
  );
}
