/**
 * The soak: the executable as a daemon under load, watched for leaks: `bun scripts/soak.ts [minutes] [seed]`. Writes the
 * samples to `dist/soak.csv` and their graph to `dist/soak.svg`; the one in `docs/` is from such a run.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judge } from "../tests/e2e/soak/judgement.ts";
import { runSoak } from "../tests/e2e/soak/run-soak.ts";
import { toCsv } from "../tests/e2e/soak/sample.ts";
import { drawGraph } from "./soak/draw-graph.ts";

const WALLETS = 25_000;
/**
 * Each job is five durable commits, one after another: a disk that takes 11 ms for one allows 15 jobs a second. With
 * `TMPDIR=/dev/shm` the vault is in memory, and the load is what it says.
 */
const JOBS_PER_SECOND = 50;
const FAULT_SHARE = 0.05;
/** MiB a minute. */
const MAXIMUM_MEMORY_SLOPE = 1;
const MAXIMUM_DESCRIPTOR_GROWTH = 3;

const minutes = Number(process.argv[2] ?? 30);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error("Usage: bun scripts/soak.ts [minutes] [seed]");
  process.exit(64);
}

const folder = fileURLToPath(new URL("../dist", import.meta.url));
const load = `${WALLETS} wallets, ${JOBS_PER_SECOND} jobs a second, ${FAULT_SHARE * 100} % of answers errors`;
console.log(`Seed ${seed}, ${minutes} minutes: ${load}.`);
const { samples, added, done, lost, violations, startTimes } = await runSoak({
  seconds: minutes * 60,
  wallets: WALLETS,
  jobsPerSecond: JOBS_PER_SECOND,
  faultShare: FAULT_SHARE,
  seed,
  onSample: ({ seconds, memory, descriptors, done: finished, open, pollInterval }) => {
    if (Math.round(seconds) % 60 !== 0) return;
    const figures = [
      `${memory.toFixed(0)} MiB`,
      `${descriptors} descriptors`,
      `${finished} done`,
      `${open} open`,
    ];
    console.log(
      `${(seconds / 60).toFixed(0)} min: ${figures.join(", ")}, a poll each ${pollInterval.toFixed(2)} s`,
    );
  },
});
writeFileSync(join(folder, "soak.csv"), toCsv(samples));
writeFileSync(join(folder, "soak.svg"), drawGraph(samples, `${minutes} minutes, ${load}`));

const { memorySlope, descriptorGrowth, threadGrowth, ratesBySecondAndLastThird } = judge(samples);
const [rate, lastRate] = ratesBySecondAndLastThird;
console.log(`Jobs: ${added} listed, ${done} done, ${lost} lost, ${violations.length} violations.`);
console.log(
  `Rate: ${rate.toFixed(1)} jobs a second in the second third, ${lastRate.toFixed(1)} in the last.`,
);
console.log(
  `Last two thirds: memory ${memorySlope.toFixed(2)} MiB a minute, descriptors ${descriptorGrowth}, threads ${threadGrowth}.`,
);
console.log(
  `First poll after the start: ${startTimes[0].toFixed(2)} s at first, ${startTimes[1].toFixed(2)} s with all jobs.`,
);
for (const violation of violations.slice(0, 10)) console.error(violation);
const isSound =
  lost === 0 &&
  violations.length === 0 &&
  memorySlope < MAXIMUM_MEMORY_SLOPE &&
  descriptorGrowth <= MAXIMUM_DESCRIPTOR_GROWTH;
process.exit(isSound ? 0 : 1);
