/** A short hostile week, of every chain of the weeks; `bun run test:weeks` plays long ones. */
import { expect, test } from "bun:test";
import { acceleratedExecutable } from "./weeks/accelerated/executable.ts";
import { chainModels } from "./weeks/chains/index.ts";
import { hazardsWithout } from "./weeks/hazards.ts";
import { known } from "./weeks/scenarios/index.ts";
import { runWeek } from "./weeks/week.ts";

const TIMEOUT = 240_000;
/** Real milliseconds that the orders may take. */
const LONGEST = 20_000;
const SEED = 13;

test(
  "no payment of a hostile week is made twice, lost, unapproved, or called done without landing",
  async () => {
    const { breaches, account } = await runWeek({
      executable: await acceleratedExecutable(),
      seed: SEED,
      payments: 150,
      tickers: chainModels.map(({ ticker }) => ticker),
      daemons: 1,
      hazards: hazardsWithout(known),
      keep: false,
      longest: LONGEST,
    });
    expect(breaches, account).toEqual([]);
  },
  TIMEOUT,
);
