import { expect, test } from "bun:test";
import { createLog } from "../../../src/operations/log.ts";
import { ParkedReminder } from "../../../src/signing/reminders.ts";

const HOUR = 3_600_000;
const job = { id: "a", chain: "ETH", problem: "refused" };

function reminder(): { at: (now: number) => void; lines: string[]; it: ParkedReminder } {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line) });
  let now = 0;
  const it = new ParkedReminder(log, () => now);
  const at = (time: number): void => {
    now = time;
  };
  return { it, lines, at };
}

test("a job is told of when it is parked, and then once an hour", () => {
  const { it, lines, at } = reminder();
  it.parked(job);
  expect(lines).toEqual([
    expect.stringContaining("Transaction a is parked: refused. A person has to decide"),
  ]);
  for (const time of [1, HOUR - 1]) {
    at(time);
    it.stillParked(job);
  }
  expect(lines).toHaveLength(1);
  at(HOUR);
  it.stillParked(job);
  it.stillParked(job);
  expect(lines).toHaveLength(2);
});

test("a job that was parked before the daemon started is told of once", () => {
  const { it, lines } = reminder();
  it.stillParked(job);
  it.stillParked(job);
  expect(lines).toHaveLength(1);
});

test("a job that is parked again is told of again", () => {
  const { it, lines } = reminder();
  it.parked(job);
  it.parked({ ...job, problem: "refused again" });
  expect(lines).toHaveLength(2);
});
