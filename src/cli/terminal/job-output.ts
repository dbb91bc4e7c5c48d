/** Jobs of the journal as a person at a terminal sees them. */
import { decimalText, parseDecimal } from "../../../chains/codec/decimal.ts";
import { feeUnitOf } from "../../../chains/index.ts";
import type { ShownJob } from "../../journal/inspect.ts";
import { isClosed, type JobPayment } from "../../journal/job.ts";
import { shortDuration } from "../../operations/log.ts";
import { type Column, renderTable, shortened } from "./table.ts";

function since(time: string | undefined, now: number): string {
  return time === undefined ? "" : shortDuration(Math.max(0, now - Date.parse(time)));
}

/** When it is tried again by itself. */
function nextAttempt({ state, nextAttempt: time }: ShownJob, now: number): string {
  if (isClosed(state)) return "";
  if (state === "parked") return "by a person";
  const wait = time === undefined ? 0 : Date.parse(time) - now;
  return wait <= 0 ? "now" : `in ${shortDuration(wait)}`;
}

const NOTHING = "-";

/** An amount of the chain's coin in whole coins; any other in the smallest unit, as the transaction has it. */
function amountText({ amount, asset }: JobPayment, ticker: string): string {
  const unit = asset === ticker ? feeUnitOf(ticker) : undefined;
  const units = /^\d{1,78}$/.test(amount) ? parseDecimal(amount) : undefined;
  if (unit !== undefined && units !== undefined) {
    const scale = units.coefficient === 0n ? 0 : units.scale + unit.decimals;
    return `${decimalText({ ...units, scale })} ${asset}`;
  }
  return `${amount} units of ${shortened(asset, 12, "middle")}`;
}

/** What a job pays, where it is one payment: which of several was meant nobody can tell, one may be change. */
function onePayment({ payments }: ShownJob): JobPayment | undefined {
  return payments?.length === 1 ? payments[0] : undefined;
}

function amountOf(job: ShownJob): string {
  const payment = onePayment(job);
  return payment === undefined ? NOTHING : amountText(payment, job.chain);
}

const columns = (now: number): readonly Column<ShownJob>[] => [
  { title: "ID", text: ({ id }) => id, atLeast: 9, cutIn: "middle" },
  { title: "CHAIN", text: ({ chain }) => chain },
  { title: "NETWORK", text: ({ network }) => network, leaveOut: 5 },
  { title: "STATE", text: ({ state }) => state },
  { title: "AMOUNT", text: amountOf, leaveOut: 2 },
  {
    title: "RECIPIENT",
    text: (job) => onePayment(job)?.to ?? NOTHING,
    atLeast: 9,
    cutIn: "middle",
    leaveOut: 3,
  },
  { title: "AGE", text: ({ firstSeen }) => since(firstSeen, now) },
  { title: "NEXT TRY", text: (job) => nextAttempt(job, now), leaveOut: 1 },
  { title: "PROBLEM", text: ({ problem = "" }) => problem, atLeast: 10, leaveOut: 4 },
];

/**
 * A table of jobs.
 * @param width of the terminal, in characters
 */
export function jobTable(jobs: readonly ShownJob[], width: number, now = Date.now()): string {
  return jobs.length === 0 ? "There are no such jobs.\n" : renderTable(columns(now), jobs, width);
}
