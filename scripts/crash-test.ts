/**
 * Kills the executable at random moments, again and again, and checks that nothing is lost and nothing is signed twice:
 * `bun scripts/crash-test.ts [rounds] [seed] [first series]`. The rounds come in series, each on new vaults and with a seed
 * of its own; after a pause, or a failure, it goes on with the series that is printed.
 */
import { type CrashTestResult, runCrashTest } from "../tests/e2e/kill-loop/crash-test.ts";

const ROUNDS_OF_SERIES = 100;
/** One seed for each kind of rounds. */
const SEEDS_OF_SERIES = 3;

const rounds = Number(process.argv[2] ?? ROUNDS_OF_SERIES);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
const first = Number(process.argv[4] ?? 1);
if (![rounds, seed, first].every(Number.isInteger) || rounds < SEEDS_OF_SERIES || first < 1) {
  console.error("Usage: bun scripts/crash-test.ts [rounds] [seed] [first series]");
  process.exit(64);
}

function describe({ batch, daemon, commands }: CrashTestResult): string {
  return [
    `batches killed ${batch.kills} times, ${batch.acknowledged} wallets acknowledged, none lost;`,
    `other commands killed ${commands.kills} times, ${commands.acknowledged} wallets acknowledged, none lost;`,
    `daemon killed ${daemon.kills} times after ${daemon.standstills} standstills,`,
    `${daemon.transactions} transactions sent ${daemon.broadcasts} times, contents of each: ${daemon.contents}`,
  ].join(" ");
}

const last = Math.ceil(rounds / ROUNDS_OF_SERIES);
console.log(`Seed ${seed}, ${rounds} rounds, series ${first} to ${last}.`);
for (let series = first; series <= last; series++) {
  const count = Math.min(ROUNDS_OF_SERIES, rounds - (series - 1) * ROUNDS_OF_SERIES);
  try {
    const result = await runCrashTest(count, seed + (series - 1) * SEEDS_OF_SERIES);
    console.log(`Series ${series}: ${describe(result)}.`);
  } catch (failure) {
    console.error(`Series ${series}: ${(failure as Error).message}`);
    console.error(`Again from there: bun scripts/crash-test.ts ${rounds} ${seed} ${series}`);
    process.exit(1);
  }
}
