/** A short hostile week and the scenarios that the program holds; `bun run test:weeks` plays long weeks, and all scenarios. */
import { expect, test } from "bun:test";
import pLimit from "p-limit";
import { acceleratedExecutable } from "./weeks/accelerated/executable.ts";
import { chainModels } from "./weeks/chains/index.ts";
import { hazardsWithout, longWeeksOnly, usually } from "./weeks/hazards.ts";
import { playScenario } from "./weeks/play-scenario.ts";
import { known, scenarios } from "./weeks/scenarios/index.ts";
import { runWeek } from "./weeks/week.ts";

const TIMEOUT = 600_000;
/** Real milliseconds that the orders may take. */
const LONGEST = 15_000;
const SEED = 13;
/** Scenarios side by side: they mostly wait. */
const AT_ONCE = 8;

const executable = await acceleratedExecutable();

test(
  "no payment of a hostile week is made twice, lost, unapproved, or called done without landing",
  async () => {
    const { breaches, account } = await runWeek({
      executable,
      seed: SEED,
      payments: 120,
      tickers: chainModels.map(({ ticker }) => ticker),
      daemons: 1,
      hazards: usually(hazardsWithout(known).difference(longWeeksOnly)),
      rollback: false,
      keep: false,
      longest: LONGEST,
    });
    expect(breaches, account).toEqual([]);
  },
  TIMEOUT,
);

test(
  "what broke the promise once breaks it no more",
  async () => {
    const held = Object.entries(scenarios).filter(([name]) => !known.has(name));
    const limit = pLimit(AT_ONCE);
    const broken = await Promise.all(
      held.map(([name, scenario]) =>
        limit(async () => {
          const { breaches, account } = await playScenario(executable, scenario);
          return breaches.length === 0 ? [] : [`${name} (${scenario.name}):\n${account}`];
        }),
      ),
    );
    expect(broken.flat().join("\n")).toBe("");
  },
  TIMEOUT,
);
