/**
 * Records once what every command asks of the disk, lets the power go at random places, and checks what a disk may have
 * kept: `bun scripts/power-cut-test.ts [--rounds=500] [--states=4] [--seed=number] [--executable=file]
 * [--only="name of a scenario"]`.
 * `--ignore-syncs` has the disk forget everything, to see that losses are found.
 */
import { parseArgs } from "node:util";
import { PowerCutTest } from "../tests/e2e/power-cut/power-cut-test.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "500" },
    states: { type: "string", default: "4" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    executable: { type: "string" },
    only: { type: "string" },
    "ignore-syncs": { type: "boolean", default: false },
  },
});
const [rounds, statesPerCut, seed] = [Number(values.rounds), Number(values.states), Number(values.seed)];
if (![rounds, statesPerCut, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error("Usage: bun scripts/power-cut-test.ts [--rounds=number] [--states=number] [--seed=number]");
  process.exit(64);
}
console.log(`Seed ${seed}, ${rounds} rounds.`);
const powerCuts = await PowerCutTest.record(values.executable, values.only);
const ignoresSyncs = values["ignore-syncs"];
const { cuts, states, places, losses, daemonCommits } = await powerCuts.run({
  rounds,
  seed,
  statesPerCut,
  ignoresSyncs,
});
await powerCuts.stop();
for (const loss of losses) console.error(loss);
console.log(
  `${cuts} cuts at ${places} places, ${states} states, ${losses.length} losses; ${daemonCommits} commits of the daemon.`,
);
process.exit(losses.length === 0 ? 0 : 1);
