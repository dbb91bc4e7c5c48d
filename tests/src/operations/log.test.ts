import { expect, test } from "bun:test";
import { createLog, withoutRepetition } from "../../../src/operations/log.ts";

const MINUTE = 60_000;

test("the same error is told once a minute; other errors and other lines always", () => {
  const lines: string[] = [];
  let now = 0;
  const log = withoutRepetition(createLog({ debug: false, write: (line) => lines.push(line) }), () => now);
  for (const time of [0, 1, MINUTE - 1, MINUTE, MINUTE + 1]) {
    now = time;
    log.error("disk full");
  }
  expect(lines).toHaveLength(2);
  log.error("another");
  for (const _ of [1, 2]) {
    log.warn("disk full");
    log.info("disk full");
  }
  expect(lines).toHaveLength(7);
});
