/**
 * Hostile weeks: the program against a stand-in of the API and of eight chains, on which everything goes wrong that can, with an
 * independent ledger as judge.
 *
 * `bun run test:weeks [--weeks=100] [--payments=2000] [--seed=N] [--chains=ETH,BTC,...] [--daemons=2] [--all-hazards] [--rollback] [--keep]
 * [--emphasis="slow blocks=3,decisions=0"]` plays weeks, each of which has a seed of its own that is printed; `--scenario=4`, `--scenario=all` plays single faults on
 * purpose. `--without=4`, `--without=all` takes a protection out of the program, and plays weeks until the judge notices: weeks of
 * the chains and with more of the hazards that it is for, which are printed. `--with=4`, `--with=all` plays the same weeks with the
 * whole program, and `--without=4 --scenario=4` the scenarios of the point instead of weeks. Ends with status 1 when the promise was broken, or nobody noticed what was taken out.
 */

import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { acceleratedExecutable, executableWithout } from "../tests/e2e/weeks/accelerated/executable.ts";
import { protections } from "../tests/e2e/weeks/accelerated/protections.ts";
import { chainModels } from "../tests/e2e/weeks/chains/index.ts";
import {
  type Emphasis,
  emphasised,
  type Hazard,
  hazards,
  hazardsWithout,
  readEmphasis,
  usually,
} from "../tests/e2e/weeks/hazards.ts";
import type { Breach } from "../tests/e2e/weeks/judge.ts";
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
    with: { type: "string" },
    emphasis: { type: "string" },
    "all-hazards": { type: "boolean", default: false },
    rollback: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function kindsOf(breaches: readonly Breach[]): string {
  return [...new Set(breaches.map(({ kind }) => kind))].join(", ");
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
    const verdict = breaches.length === 0 ? "held" : `broken: ${kindsOf(breaches)}`;
    console.log(
      `${name} (${scenario.name}): ${verdict}${known.has(name) ? ", known" : ""}, ${seconds(start)}`,
    );
    if (breaches.length > 0) console.log(account);
    isSound &&= breaches.length === 0;
  }
  return isSound;
}

/** What a week is like beside its seed. */
interface Kind {
  readonly executable: string;
  readonly tickers: readonly string[];
  readonly emphasis?: Emphasis | undefined;
}

/** One week, as the options say. */
function played(seed: number, { executable, tickers, emphasis = {} }: Kind): Promise<WeekResult> {
  const all = values["all-hazards"] ? (Object.keys(hazards) as Hazard[]) : hazardsWithout(known);
  return runWeek({
    executable,
    seed,
    payments: Number(values.payments),
    tickers,
    daemons: Number(values.daemons),
    hazards: emphasised(usually(all), emphasis),
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
    const { breaches, account, counts, home } = await played(seed, {
      executable,
      tickers: readTickers(values.chains),
      emphasis: readEmphasis(values.emphasis ?? ""),
    });
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

/** The scenarios of a point, until the judge finds something; which of them, and what that was. */
async function firstBroken(point: string, executable: string): Promise<string | undefined> {
  for (const [name, scenario] of scenariosOf(point)) {
    const { breaches } = await playScenario(executable, scenario);
    if (breaches.length > 0) return `${name}: ${kindsOf(breaches)}`;
  }
  return undefined;
}

/** Weeks of the kind that looks for a protection, until the judge finds something; what that was. */
async function firstFound(name: string, executable: string): Promise<string | undefined> {
  const { tickers = readTickers(values.chains), emphasis } = protections[name] ?? {};
  for (let week = 0; week < Number(values.weeks); week++) {
    const seed = Number(values.seed) + week;
    const { breaches, account } = await played(seed, { executable, tickers, emphasis });
    if (breaches.length === 0) continue;
    if (values.with !== undefined) console.log(account);
    return `seed ${seed}: ${kindsOf(breaches)}`;
  }
  return undefined;
}

/** A row of the table: what was taken out or left in, what the weeks were like, and what the judge found in which of them. */
async function playLookingFor(name: string): Promise<boolean> {
  const isWhole = values.with !== undefined;
  const { what = "", tickers = [], emphasis = {} } = protections[name] ?? {};
  const executable = isWhole ? await acceleratedExecutable() : await executableWithout(name);
  const start = performance.now();
  const { scenario } = values;
  const found = await (scenario === undefined
    ? firstFound(name, executable)
    : firstBroken(scenario === "all" ? name : scenario, executable));
  if (!isWhole) rmSync(executable, { force: true });
  const weeks = [tickers.join(", "), ...Object.entries(emphasis).map(([one, often]) => `${one} × ${often}`)];
  const verdict = found ?? (isWhole ? "nothing" : "not noticed");
  console.log(`| ${name} | ${what} | ${weeks.join("; ")} | ${verdict} | ${seconds(start)} |`);
  return isWhole ? found === undefined : found !== undefined;
}

async function playAllLookingFor(names: string): Promise<boolean> {
  const done = values.with === undefined ? "Taken out" : "Left in";
  console.log(`| Point | ${done} | Weeks | Found | After |\n| --- | --- | --- | --- | --- |`);
  let isSound = true;
  for (const name of names === "all" ? Object.keys(protections) : names.split(","))
    isSound = (await playLookingFor(name)) && isSound;
  return isSound;
}

async function play(): Promise<boolean> {
  const { scenario } = values;
  const lookedFor = values.without ?? values.with;
  if (lookedFor !== undefined) return playAllLookingFor(lookedFor);
  const executable = await acceleratedExecutable();
  return scenario === undefined ? playWeeks(executable) : playScenarios(executable, scenario);
}

process.exit((await play()) ? 0 : 1);
