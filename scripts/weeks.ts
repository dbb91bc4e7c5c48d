/**
 * Hostile weeks: the program against a stand-in of the API and of eight chains, on which everything goes wrong that can, with an
 * independent ledger as judge.
 *
 * `bun run test:weeks [--weeks=100] [--payments=2000] [--seed=N] [--chains=ETH,BTC,...] [--daemons=2] [--all-hazards] [--rollback] [--keep]`
 * plays weeks, each of which has a seed of its own that is printed; `--scenario=4`, `--scenario=all` plays single faults on
 * purpose. `--without=4`, `--without=all` takes a protection out of the program, and plays weeks until the judge notices. Ends
 * with status 1 when the promise was broken, or nobody noticed what was taken out.
 */

import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { acceleratedExecutable, executableWithout } from "../tests/e2e/weeks/accelerated/executable.ts";
import { protections } from "../tests/e2e/weeks/accelerated/protections.ts";
import { chainModels } from "../tests/e2e/weeks/chains/index.ts";
import { type Hazard, hazards, hazardsWithout } from "../tests/e2e/weeks/hazards.ts";
import { playScenario } from "../tests/e2e/weeks/play-scenario.ts";
import { known, scenarios, scenariosOf } from "../tests/e2e/weeks/scenarios/index.ts";
import { readTickers, runWeek, type WeekResult } from "../tests/e2e/weeks/week.ts";

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
    without: { type: "string" },
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

/** Of one week, without what an option of its own says. */
function played(executable: string, seed: number, tickers: readonly string[]): Promise<WeekResult> {
  return runWeek({
    executable,
    seed,
    payments: Number(values.payments),
    tickers,
    daemons: Number(values.daemons),
    hazards: values["all-hazards"] ? new Set(Object.keys(hazards) as Hazard[]) : hazardsWithout(known),
    rollback: values.rollback,
    keep: values.keep,
    longest: LONGEST_WEEK,
  });
}

async function playWeeks(executable: string): Promise<boolean> {
  const weeks = Number(values.weeks);
  const start = performance.now();
  let broken = 0;
  for (let week = 0; week < weeks; week++) {
    const began = performance.now();
    const seed = Number(values.seed) + week;
    const { breaches, account, counts, home } = await played(executable, seed, readTickers(values.chains));
    const figures = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    console.log(
      `Week ${week + 1}, seed ${seed}: ${breaches.length} breaches; ${figures.join(", ")}; ${seconds(began)}.`,
    );
    if (values.keep) console.log(`Kept in ${home}.`);
    if (breaches.length > 0) console.log(account);
    broken += breaches.length === 0 ? 0 : 1;
  }
  const rate = (SECONDS_IN_HOUR * 1000 * weeks) / (performance.now() - start);
  console.log(`${weeks} weeks, ${broken} of them broken, ${rate.toFixed(1)} weeks an hour.`);
  return broken === 0;
}

/** A row of the table: what was taken out, and in which week the judge noticed by which of its rules. */
async function noticed(name: string): Promise<boolean> {
  const { what = "", tickers } = protections[name] ?? {};
  const executable = await executableWithout(name);
  const start = performance.now();
  let found: string | undefined;
  let seed = Number(values.seed);
  for (let week = 0; week < Number(values.weeks) && found === undefined; week++) {
    seed = Number(values.seed) + week;
    const { breaches } = await played(executable, seed, tickers ?? readTickers(values.chains));
    const [first] = breaches;
    if (first !== undefined) found = [...new Set(breaches.map(({ kind }) => kind))].join(", ");
  }
  rmSync(executable, { force: true });
  const verdict = found === undefined ? "not noticed" : `seed ${seed}: ${found}`;
  console.log(`| ${name} | ${what} | ${verdict} | ${seconds(start)} |`);
  return found !== undefined;
}

async function playWithout(names: readonly string[]): Promise<boolean> {
  console.log("| Point | Taken out | Noticed | After |\n| --- | --- | --- | --- |");
  let isComplete = true;
  for (const name of names) isComplete = (await noticed(name)) && isComplete;
  return isComplete;
}

async function play(): Promise<boolean> {
  const { without, scenario } = values;
  if (without !== undefined)
    return playWithout(without === "all" ? Object.keys(protections) : without.split(","));
  const executable = await acceleratedExecutable();
  return scenario === undefined ? playWeeks(executable) : playScenarios(executable, scenario);
}

process.exit((await play()) ? 0 : 1);
