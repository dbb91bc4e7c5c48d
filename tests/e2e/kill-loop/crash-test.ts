import { Random } from "../../random.ts";
import { type BatchResult, runBatchRounds } from "./batch-rounds.ts";
import { type CommandResult, runCommandRounds } from "./command-rounds.ts";
import { type DaemonResult, runDaemonRounds } from "./daemon-rounds.ts";

export interface CrashTestResult {
  readonly batch: BatchResult;
  readonly daemon: DaemonResult;
  readonly commands: CommandResult;
}

/**
 * Rounds on three new vaults, side by side: two fifths kill the daemon, two fifths single commands that change a vault, and
 * the rest, which take longest, the making of many wallets.
 *
 * @throws Error naming the seed, with which the same moments are chosen again.
 */
export async function runCrashTest(rounds: number, seed: number): Promise<CrashTestResult> {
  const twoFifths = Math.floor(rounds * 0.4);
  try {
    const [batch, daemon, commands] = await Promise.all([
      runBatchRounds(rounds - 2 * twoFifths, new Random(seed)),
      runDaemonRounds(twoFifths, new Random(seed + 1)),
      runCommandRounds(twoFifths, new Random(seed + 2)),
    ]);
    return { batch, daemon, commands };
  } catch (failure) {
    throw new Error(`Seed ${seed}: ${(failure as Error).message}`, { cause: failure });
  }
}
