/**
 * Puts an older copy of the vault in its place, in every way that has to be noticed, while the API lists anew what was paid, and
 * counts what was paid twice: `bun scripts/rollback-test.ts [rounds] [--seed=number]`.
 */
import { parseArgs } from "node:util";
import { runRollbackTest } from "../tests/e2e/kill-loop/rollback-rounds.ts";

const { values, positionals } = parseArgs({
  options: { seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) } },
  allowPositionals: true,
});
const [rounds, seed] = [Number(positionals[0] ?? 500), Number(values.seed)];
if (![rounds, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error("Usage: bun scripts/rollback-test.ts [rounds] [--seed=number]");
  process.exit(64);
}
console.log(`Seed ${seed}, ${rounds} rounds.`);
try {
  const result = await runRollbackTest(rounds, seed, (played) =>
    console.log(`${played} rounds on a vault, nothing twice`),
  );
  for (const [way, count] of Object.entries(result.rounds)) console.log(`${way}: ${count} rounds, each told`);
  console.log(`${result.payments} payments, ${result.double} of them twice.`);
} catch (failure) {
  console.error(`Seed ${seed}: ${(failure as Error).message}`);
  process.exit(1);
}
