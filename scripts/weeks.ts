/**
 * Hostile weeks: the program against a stand-in of the API and of eight chains, on which everything goes wrong that can, with an
 * independent ledger as judge.
 *
 * `bun run test:weeks [--weeks=100] [--payments=2000] [--seed=N] [--chains=ETH,BTC,...] [--daemons=2] [--all-hazards] [--rollback] [--keep]`
 * plays weeks, each of which has a seed of its own that is printed; `--scenario=4`, `--scenario=all` plays single faults on
 * purpose. Ends with status 1 when the promise was broken.
 */
import { parseArgs } from "node:util";
import { acceleratedExecutable } from "../tests/e2e/weeks/accelerated/executable.ts";
import { chainModels } from "../tests/e2e/weeks/chains/index.ts";
import { type Hazard, hazards, hazardsWithout } from "../tests/e2e/weeks/hazards.ts";
import { playScenario } from "../tests/e2e/weeks/play-scenario.ts";
import { known, scenarios, scenariosOf } from "../tests/e2e/weeks/scenarios/index.ts";
import { readTickers, runWeek } from "../tests/e2e/weeks/week.ts";

/** Real milliseconds that the orders of a week may take. */
const LONGEST_WEEK = 15 * 60_000;
const SECONDS_IN_HOUR = 3600;

const { values } = parseArgs({
  options: {
    weeks: { type: "string", default: "100" },
    payments: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    chains: { type: "string", default: chainModels.map(({ ticker }) => ticker).join(",") },
    daemons: { type: "string", default: "1" },
    scenario: { type: "string" },
    "all-hazards": { type: "boolean", default: false },
    rollback: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

async function playScenarios(executable: string, point: string): Promise<boolean> {
  const chosen = point === "all" ? Object.entries(scenarios) : scenariosOf(point);
  if (chosen.length === 0) {
    console.error(`There is no scenario ${point}; there are ${Object.keys(scenarios).join(", ")}.`);
    process.exit(64);
  }
  let isSound = true;
  for (const [name, scenario] of chosen) {
    const start = performance.now();
    const { breaches, account } = await playScenario(executable, scenario, values.keep);
    const kinds = [...new Set(breaches.map(({ kind }) => kind))].join(", ");
    const verdict = breaches.length === 0 ? "held" : `broken: ${kinds}`;
    console.log(
      `${name} (${scenario.name}): ${verdict}${known.has(name) ? ", known" : ""}, ${seconds(start)}`,
    );
    if (breaches.length > 0) console.log(account);
    isSound &&= breaches.length === 0;
  }
  return isSound;
}

async function playWeeks(executable: string): Promise<boolean> {
  const [weeks, payments, first, daemons] = [values.weeks, values.payments, values.seed, values.daemons].map(
    Number,
  );
  const chosen = values["all-hazards"] ? new Set(Object.keys(hazards) as Hazard[]) : hazardsWithout(known);
  const start = performance.now();
  let broken = 0;
  for (let week = 0; week < (weeks ?? 0); week++) {
    const began = performance.now();
    const seed = (first ?? 0) + week;
    const { breaches, account, counts, home } = await runWeek({
      executable,
      seed,
      payments: payments ?? 0,
      tickers: readTickers(values.chains),
      daemons: daemons ?? 1,
      hazards: chosen,
      rollback: values.rollback,
      keep: values.keep,
      longest: LONGEST_WEEK,
    });
    const figures = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    console.log(
      `Week ${week + 1}, seed ${seed}: ${breaches.length} breaches; ${figures.join(", ")}; ${seconds(began)}.`,
    );
    if (values.keep) console.log(`Kept in ${home}.`);
    if (breaches.length > 0) console.log(account);
    broken += breaches.length === 0 ? 0 : 1;
  }
  const rate = (SECONDS_IN_HOUR * 1000 * (weeks ?? 0)) / (performance.now() - start);
  console.log(`${weeks} weeks, ${broken} of them broken, ${rate.toFixed(1)} weeks an hour.`);
  return broken === 0;
}

const executable = await acceleratedExecutable();
const isSound =
  values.scenario === undefined
    ? await playWeeks(executable)
    : await playScenarios(executable, values.scenario);
process.exit(isSound ? 0 : 1);
