/** Jobs of the journal as a person at a terminal sees them. */
import type { ShownJob } from "../../journal/inspect.ts";
import { isClosed } from "../../journal/job.ts";
import { shortDuration } from "../../operations/log.ts";
import { type Column, renderTable } from "./table.ts";

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

const columns = (now: number): readonly Column<ShownJob>[] => [
  { title: "ID", text: ({ id }) => id, atLeast: 11, cutIn: "middle" },
  { title: "CHAIN", text: ({ chain }) => chain },
  { title: "NETWORK", text: ({ network }) => network, leaveOut: 3 },
  { title: "STATE", text: ({ state }) => state },
  { title: "AGE", text: ({ firstSeen }) => since(firstSeen, now) },
  { title: "NEXT TRY", text: (job) => nextAttempt(job, now), leaveOut: 1 },
  { title: "PROBLEM", text: ({ problem = "" }) => problem, atLeast: 10, leaveOut: 2 },
];

/**
 * A table of jobs.
 * @param width of the terminal, in characters
 */
export function jobTable(jobs: readonly ShownJob[], width: number, now = Date.now()): string {
  return jobs.length === 0 ? "There are no such jobs.\n" : renderTable(columns(now), jobs, width);
}
