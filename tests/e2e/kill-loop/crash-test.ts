import { type BatchResult, runBatchRounds } from "./batch-rounds.ts";
import { type CommandResult, runCommandRounds } from "./command-rounds.ts";
import { type DaemonResult, runDaemonRounds } from "./daemon-rounds.ts";
import { Random } from "./random.ts";

export interface CrashTestResult {
  readonly batch: BatchResult;
  readonly daemon: DaemonResult;
  readonly commands: CommandResult;
}

/**
 * Rounds on three new vaults, side by side: a third kills the making of many wallets, a third the daemon, and the rest the
 * other commands that change a vault.
 *
 * @throws Error naming the seed, with which the same moments are chosen again.
 */
export async function runCrashTest(rounds: number, seed: number): Promise<CrashTestResult> {
  const third = Math.floor(rounds / 3);
  try {
    const [batch, daemon, commands] = await Promise.all([
      runBatchRounds(third, new Random(seed)),
      runDaemonRounds(third, new Random(seed + 1)),
      runCommandRounds(rounds - 2 * third, new Random(seed + 2)),
    ]);
    return { batch, daemon, commands };
  } catch (failure) {
    throw new Error(`Seed ${seed}: ${(failure as Error).message}`, { cause: failure });
  }
}
