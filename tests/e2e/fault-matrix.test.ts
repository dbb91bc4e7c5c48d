/** Every HTTP call of the daemon, times every fault: what follows is said by the table in `fault-matrix/outcomes.ts`. */
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Cell, cells } from "./fault-matrix/cell.ts";
import { ASKED_WAIT } from "./fault-matrix/faults.ts";
import { runCells } from "./fault-matrix/run-cells.ts";

setDefaultTimeout(600_000);

beforeAll(runCells);

/** Calls that keep a Retry-After. The others are not made again, or only when something else has them made. */
const KEEPING_RETRY_AFTER = ["poll", "four-eye", "node", "look", "broadcast"];

/** What became of a cell's payment, as far as all of them have to be alike. */
function fate({ payment, call, happened, jobState }: Cell) {
  const { contents, wasSentUnapproved, isDone, reports, acknowledgedReports } = payment;
  const happenedAtAll = happened > 0;
  if (call.kind === "report")
    return {
      happenedAtAll,
      jobState,
      contents: contents.size,
      causes: new Set(reports).size,
      acknowledgedReports,
    };
  return {
    happenedAtAll,
    jobState,
    isDone,
    contents: contents.size,
    wasSentUnapproved,
    reports: reports.length,
  };
}

function expectedFate({ call, outcome }: Cell): ReturnType<typeof fate> {
  const isBelieved = outcome === "believed";
  if (call.kind === "report") {
    return {
      happenedAtAll: true,
      jobState: "failed",
      contents: 0,
      causes: isBelieved ? 0 : 1,
      acknowledgedReports: 1,
    };
  }
  return {
    happenedAtAll: true,
    jobState: "done",
    isDone: true,
    contents: 1,
    wasSentUnapproved: false,
    reports: outcome === "told" ? 1 : 0,
  };
}

for (const [title, row] of Map.groupBy(cells, ({ call }) => `${call.chain}, ${call.name}`)) {
  describe(title, () => {
    for (const cell of row) {
      test(`${cell.fault}: ${cell.outcome}`, () => {
        expect(fate(cell)).toEqual(expectedFate(cell));
        if (cell.outcome === "found") expect(cell.payment.sent).toBe(1);
        if (["again", "denied", "told"].includes(cell.outcome) && cell.fault !== "connection refused")
          expect(cell.calledAt.length).toBeGreaterThan(cell.happened);
        if (cell.fault.startsWith("429") && KEEPING_RETRY_AFTER.includes(cell.call.kind)) {
          const [first = 0, second = 0] = cell.calledAt;
          expect(second - first).toBeGreaterThan(ASKED_WAIT - 50);
        }
      });
    }
  });
}
