/** Changed copies of what others send, thousands of them. More: `scripts/fuzz.ts`. */
import { expect, test } from "bun:test";
import { loadTargets, runFuzz } from "./run-fuzz.ts";

const CASES = 5_000;

test(`${CASES} hostile inputs are refused by the errors that are documented, or mean what they show`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const result = await runFuzz(await loadTargets(), { seed, from: 0, cases: CASES, mostFailures: 3 });
  expect(result.failures).toEqual([]);
  // Or what was signed was never compared with anything.
  expect(result.outcomes.get("pending transactions: signed")).toBeGreaterThan(CASES / 10);
}, 180_000);
