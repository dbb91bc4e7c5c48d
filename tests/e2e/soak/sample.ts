/** What a running process takes, once a second. */
import { readdirSync, readFileSync } from "node:fs";
import type { BusyApi } from "./busy-api.ts";

export interface Sample {
  /** Since the daemon polled first. */
  readonly seconds: number;
  /** Resident memory in MiB. */
  readonly memory: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Jobs finished so far. */
  readonly done: number;
  /** Jobs that wait. */
  readonly open: number;
  /** Seconds between the two latest polls. */
  readonly pollInterval: number;
  /** Seconds from the first listing of the latest finished job to its end. */
  readonly latency: number;
}

export function takeSample(pid: number, seconds: number, api: BusyApi): Sample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    seconds,
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]),
    done: api.done,
    open: api.open,
    pollInterval: api.pollInterval / 1000,
    latency: api.latency / 1000,
  };
}

const columns = [
  "seconds",
  "memory",
  "descriptors",
  "threads",
  "done",
  "open",
  "pollInterval",
  "latency",
] as const satisfies readonly (keyof Sample)[];

/** The samples as comma-separated values, with a line of names. */
export function toCsv(samples: readonly Sample[]): string {
  const rows = samples.map((sample) => columns.map((column) => Number(sample[column].toFixed(3))).join(","));
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}
