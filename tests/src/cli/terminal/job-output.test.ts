import { expect, test } from "bun:test";
import { jobTable } from "../../../../src/cli/terminal/job-output.ts";
import type { ShownJob } from "../../../../src/journal/inspect.ts";

const NOW = Date.parse("2026-11-28T12:00:00.000Z");

function job(changes: Partial<ShownJob>): ShownJob {
  return {
    id: "5f0c5f0c5f0c5f0c5f0c5f0c",
    chain: "ETH",
    network: "mainnet",
    state: "denied",
    refusals: 0,
    attempts: 1,
    firstSeen: "2026-11-28T11:15:00.000Z",
    updatedAt: "2026-11-28T11:59:00.000Z",
    ...changes,
  } as ShownJob;
}

const jobs = [
  job({ nextAttempt: "2026-11-28T12:00:40.000Z", problem: "the four-eye server answered HTTP 403" }),
  job({ state: "parked", problem: "nonce too low\u001b[2J" }),
  job({ state: "sent", nextAttempt: "2026-11-28T11:59:00.000Z" }),
  job({ state: "done" }),
];

test("a job has its state, its age and when it is tried again", () => {
  expect(
    jobTable(jobs, 120, NOW),
  ).toBe(`ID                        CHAIN  NETWORK  STATE   AGE     NEXT TRY     PROBLEM
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  denied  45 min  in 40 s      the four-eye server answered HTTP 403
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  parked  45 min  by a person  nonce too low?[2J
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  sent    45 min  now
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  done    45 min
`);
});

test.each([80, 40])("no line is wider than %d characters", (width) => {
  const lines = jobTable(jobs, width, NOW).trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
});

test("that there are none is said", () => {
  expect(jobTable([], 80, NOW)).toBe("There are no such jobs.\n");
});
