import { Random } from "../../random.ts";
import { type BatchResult, runBatchRounds } from "./batch-rounds.ts";
import { type DaemonResult, runDaemonRounds } from "./daemon-rounds.ts";

/**
 * Half of the rounds kill the making of wallets, half the daemon, both at the same time.
 * @throws Error naming the seed, with which the same moments are chosen again.
 */
export async function runCrashTest(
  rounds: number,
  seed: number,
): Promise<{ readonly batch: BatchResult; readonly daemon: DaemonResult }> {
  const half = Math.ceil(rounds / 2);
  try {
    const [batch, daemon] = await Promise.all([
      runBatchRounds(half, new Random(seed)),
      runDaemonRounds(rounds - half, new Random(seed + 1)),
    ]);
    return { batch, daemon };
  } catch (failure) {
    throw new Error(`Seed ${seed}: ${(failure as Error).message}`, { cause: failure });
  }
}
