/** Statements of the tables `job` and `lane`, the signing journal. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, readInPages, upTo } from "./row.ts";

/** In milliseconds since 1970; the last that a JavaScript Date can tell. */
const LATEST_TIME = 8_640_000_000_000_000;

const { job: most, lane: mostOfLane } = mostBytes;

const key = blobOfLength(32);
const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const jobRow = v.object({
  jobKey: key,
  state: v.string(),
  laneKey: v.nullable(key),
  revision: wholeNumber,
  // Nothing seals these two. What is no time means: at once, and changed a moment ago.
  attemptAt: v.fallback(wholeNumber, 0),
  updatedAt: v.fallback(wholeNumber, LATEST_TIME),
  sealed: v.pipe(blob, v.maxLength(most.sealed)),
});

const stateCount = v.object({ state: v.string(), count: wholeNumber });

const laneRow = v.object({ laneKey: key, sealed: v.pipe(blob, v.maxLength(mostOfLane.sealed)) });

export interface JobRow {
  /** Keyed hash of the pending transaction's id. */
  readonly jobKey: Uint8Array;
  readonly state: string;
  /** Keyed hash of the sending account, once the job is signed and has one. */
  readonly laneKey: Uint8Array | null;
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly attemptAt: number;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  readonly sealed: Uint8Array;
}

export interface LaneRow {
  /** Keyed hash of the account. */
  readonly laneKey: Uint8Array;
  /** The sequence numbers that it used. */
  readonly sealed: Uint8Array;
}

const columns = `SELECT ${upTo(most.job_key, "job_key", "jobKey")}, ${upTo(most.state, "state")},
  ${upTo(most.lane_key, "lane_key", "laneKey")}, revision, attempt_at AS "attemptAt", updated_at AS "updatedAt",
  ${upTo(most.sealed, "sealed")} FROM job`;
const laneColumns = `SELECT ${upTo(mostOfLane.lane_key, "lane_key", "laneKey")}, ${upTo(mostOfLane.sealed, "sealed")} FROM lane`;

export async function readJobRow(session: Session, jobKey: Uint8Array): Promise<JobRow | undefined> {
  const [row] = await session.query(`${columns} WHERE job_key = $1`, [jobKey]);
  return row === undefined ? undefined : parseRow("job", jobRow, row);
}

/** The rows in a state, the one changed longest ago first. */
export async function readJobRows(session: Session, state: string): Promise<JobRow[]> {
  const rows = await session.query(`${columns} WHERE state = $1 ORDER BY updated_at`, [state]);
  return rows.map((row) => parseRow("job", jobRow, row));
}

/** All rows, in no meaningful order. */
export function readAllJobRows(session: Session): AsyncGenerator<JobRow> {
  return readInPages(
    session,
    columns,
    "job_key",
    (row) => parseRow("job", jobRow, row),
    ({ jobKey }) => jobKey,
  );
}

/** How many rows are in each state that has any. */
export async function countJobRows(
  session: Session,
): Promise<{ readonly state: string; readonly count: number }[]> {
  const rows = await session.query(
    `SELECT ${upTo(most.state, "state")}, COUNT(*) AS "count" FROM job GROUP BY 1`,
  );
  return rows.map((row) => parseRow("job", stateCount, row));
}

export async function insertJobRow(session: Session, row: JobRow): Promise<void> {
  await session.execute(
    `INSERT INTO job (job_key, state, lane_key, revision, attempt_at, updated_at, sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.jobKey, row.state, row.laneKey, row.revision, row.attemptAt, row.updatedAt, row.sealed],
  );
}

/** Replaces the row if it still has the revision before; whether it had. */
export async function updateJobRow(session: Session, row: JobRow): Promise<boolean> {
  const changed = await session.execute(
    `UPDATE job SET state = $1, lane_key = $2, revision = $3, attempt_at = $4, updated_at = $5, sealed = $6
     WHERE job_key = $7 AND revision = $8`,
    [
      row.state,
      row.laneKey,
      row.revision,
      row.attemptAt,
      row.updatedAt,
      row.sealed,
      row.jobKey,
      row.revision - 1,
    ],
  );
  return changed === 1;
}

/** The sealed next sequence number of an account. */
export async function readLaneRow(session: Session, laneKey: Uint8Array): Promise<Uint8Array | undefined> {
  const [row] = await session.query(`${laneColumns} WHERE lane_key = $1`, [laneKey]);
  return row === undefined ? undefined : parseRow("lane", laneRow, row).sealed;
}

/** All rows of accounts, in no meaningful order. */
export function readAllLaneRows(session: Session): AsyncGenerator<LaneRow> {
  return readInPages(
    session,
    laneColumns,
    "lane_key",
    (row) => parseRow("lane", laneRow, row),
    ({ laneKey }) => laneKey,
  );
}

export async function replaceLaneRow(
  session: Session,
  laneKey: Uint8Array,
  sealed: Uint8Array,
): Promise<void> {
  await session.execute("DELETE FROM lane WHERE lane_key = $1", [laneKey]);
  await session.execute("INSERT INTO lane (lane_key, sealed) VALUES ($1, $2)", [laneKey, sealed]);
}
