/** Nothing is lost when the power goes, whatever the disk had not synced yet. More rounds: `scripts/power-cut-test.ts`. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { daemonPayments } from "./power-cut/daemon-scenario.ts";
import { PowerCutTest } from "./power-cut/power-cut-test.ts";

// Every command runs once under strace.
setDefaultTimeout(240_000);

const ROUNDS = 30;
const seed = Math.floor(Math.random() * 2 ** 31);

let powerCuts: PowerCutTest;
beforeAll(async () => {
  powerCuts = await PowerCutTest.record();
});
afterAll(() => powerCuts.stop());

test(`after ${ROUNDS} power cuts every vault opens with what was acknowledged, and every sent payment is in the journal`, async () => {
  const { losses, states, daemonCommits } = await powerCuts.run({ rounds: ROUNDS, seed, statesPerCut: 4 });
  expect(losses).toEqual([]);
  expect(states).toBe(4 * ROUNDS);
  // Or commits were not shared: two for each payment, and some of the lease.
  expect(daemonCommits).toBeLessThan(2 * daemonPayments);
});

test("a disk that does not sync loses something, and that is noticed", async () => {
  const { losses } = await powerCuts.run({ rounds: ROUNDS, seed, statesPerCut: 1, ignoresSyncs: true });
  expect(losses.length).toBeGreaterThan(5);
});
