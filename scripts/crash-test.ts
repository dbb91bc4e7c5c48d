/**
 * Kills the executable at random moments, again and again, and checks that nothing is lost and nothing is signed twice:
 * `bun scripts/crash-test.ts [rounds] [seed]`. Half of the rounds kill `generatemanagedprivatekeybatch`, half the daemon.
 */
import { runCrashTest } from "../tests/e2e/kill-loop/crash-test.ts";

const rounds = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(rounds) || rounds < 2 || !Number.isInteger(seed)) {
  console.error("Usage: bun scripts/crash-test.ts [rounds] [seed]");
  process.exit(64);
}
console.log(`Seed ${seed}, ${rounds} rounds.`);
const { batch, daemon } = await runCrashTest(rounds, seed);
console.log(`Batches: killed ${batch.kills} times, ${batch.acknowledged} wallets acknowledged, none lost.`);
console.log(
  `Daemon: killed ${daemon.kills} times, ${daemon.transactions} transactions sent ${daemon.broadcasts} times, each with one content.`,
);
