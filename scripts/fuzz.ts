/**
 * Sends changed copies of real inputs through the program's parsers and signers:
 * `bun scripts/fuzz.ts [--cases=1000000] [--seed=number] [--from=case]`. It ends with what came out, or with the cases
 * that failed; the same seed and case number give the same case again. A long run that was stopped goes on with `--from`.
 */
import { parseArgs } from "node:util";
import { loadTargets, runFuzz } from "../tests/fuzz/run-fuzz.ts";

const MOST_FAILURES = 20;
const CASES_BETWEEN_LINES = 10_000;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    from: { type: "string", default: "0" },
  },
});
const [cases, seed, from] = [Number(values.cases), Number(values.seed), Number(values.from)];
if (![cases, seed, from].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error("Usage: bun scripts/fuzz.ts [--cases=number] [--seed=number] [--from=case]");
  process.exit(64);
}

console.log(`Seed ${seed}, ${cases} cases from case ${from} on.`);
const targets = await loadTargets();
const start = performance.now();
const perSecond = (count: number) => (count / ((performance.now() - start) / 1000)).toFixed(0);
const { outcomes, slow, failures, peakMemory } = await runFuzz(targets, {
  seed,
  from,
  cases,
  mostFailures: MOST_FAILURES,
  onProgress(next) {
    if (next % CASES_BETWEEN_LINES === 0) {
      console.log(`Go on with --seed=${seed} --from=${next} (${perSecond(next - from)} cases/s)`);
    }
  },
});
for (const [name, count] of [...outcomes].sort()) console.log(`${String(count).padStart(8)}  ${name}`);
for (const line of slow) console.log(`Slow: ${line}`);
const done = [...outcomes.values()].reduce((sum, count) => sum + count, failures.length);
console.log(`${done} cases, ${perSecond(done)} cases/s, at most ${Math.round(peakMemory / 2 ** 20)} MiB.`);
for (const failure of failures) console.error(failure);
console.log(`${failures.length} failures.`);
process.exit(failures.length === 0 ? 0 : 1);
