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

const to = "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5";
const payments = [{ to, amount: "1500000000000000000", asset: "ETH" }];

const jobs = [
  job({
    payments,
    nextAttempt: "2026-11-28T12:00:40.000Z",
    problem: "the four-eye server answered HTTP 403",
  }),
  job({ state: "parked", problem: "nonce too low\u001b[2J" }),
  job({ state: "sent", nextAttempt: "2026-11-28T11:59:00.000Z" }),
  job({ state: "done" }),
];

test("a job has its state, its age and when it is tried again", () => {
  expect(
    jobTable(jobs, 170, NOW),
  ).toBe(`ID                        CHAIN  NETWORK  STATE   AMOUNT   RECIPIENT                                   AGE     NEXT TRY     PROBLEM
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  denied  1.5 ETH  0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5  45 min  in 40 s      the four-eye server answered HTTP 403
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  parked  -        -                                           45 min  by a person  nonce too low?[2J
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  sent    -        -                                           45 min  now
5f0c5f0c5f0c5f0c5f0c5f0c  ETH    mainnet  done    -        -                                           45 min
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

test.each([
  [[{ to, amount: "1", asset: "ETH" }], "0.000000000000000001 ETH"],
  [[{ to, amount: "0", asset: "ETH" }], "0 ETH"],
  [
    [{ to, amount: "2500000", asset: "0xdac17f958d2ee523a2206206994597c13d831ec7" }],
    "2500000 units of 0xdac1…31ec7",
  ],
  [[{ to, amount: "1.5", asset: "ETH" }], "1.5 units of ETH"],
  [[...payments, ...payments], "-"],
  [undefined, "-"],
])("the amount of %j is told as %s, whole at any width", (paid, amount) => {
  const found = paid === undefined ? job({}) : job({ payments: paid });
  const [, line = ""] = jobTable([found], 200, NOW).split("\n");
  expect(line.slice(line.indexOf("denied") + 8).split(/ {2,}/)[0]).toBe(amount);
});

test("at 80 columns amount and recipient stay, at 40 an amount is left out rather than cut", () => {
  expect(jobTable([job({ payments })], 80, NOW)).toMatch(/ AMOUNT +RECIPIENT +AGE/);
  expect(jobTable([job({ payments })], 40, NOW)).not.toContain("AMOUNT");
});
