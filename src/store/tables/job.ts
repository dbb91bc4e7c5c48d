/** Statements of the table `job`: one row for each pending transaction that the journal knows. */
import * as v from "valibot";
import type { Session, SqlValue } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, readInPages, upTo } from "./row.ts";

/** In milliseconds since 1970; the last that a JavaScript Date can tell. */
export const LATEST_TIME = 8_640_000_000_000_000;

const most = mostBytes.job;

const key = blobOfLength(32);
const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const jobRow = v.object({
  jobKey: key,
  leaseKey: key,
  state: v.string(),
  laneKey: v.nullable(key),
  revision: wholeNumber,
  // Nothing seals these two. What is no time means: at once, and changed a moment ago.
  attemptAt: v.fallback(wholeNumber, 0),
  updatedAt: v.fallback(wholeNumber, LATEST_TIME),
  sealed: v.pipe(blob, v.maxLength(most.sealed)),
});

export interface JobRow {
  /** Keyed hash of the pending transaction's id. */
  readonly jobKey: Uint8Array;
  /** Keyed hash of network and chain, under which one daemon works for it. */
  readonly leaseKey: Uint8Array;
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

/** A row that may be none that this program writes: then what is wrong with it. */
export type UncheckedJobRow =
  | { readonly row: JobRow }
  | { readonly problem: unknown; readonly jobKey: Uint8Array; readonly leaseKey: Uint8Array | undefined };

const columns = `SELECT ${upTo(most.job_key, "job_key", "jobKey")}, ${upTo(most.lease_key, "lease_key", "leaseKey")},
  ${upTo(most.state, "state")}, ${upTo(most.lane_key, "lane_key", "laneKey")}, revision, attempt_at AS "attemptAt",
  updated_at AS "updatedAt", ${upTo(most.sealed, "sealed")} FROM job`;

/** What is left of a row that is none. */
const keyedRow = v.object({ jobKey: blob, leaseKey: v.fallback(v.optional(key), undefined) });

function parseUnchecked(row: unknown): UncheckedJobRow {
  try {
    return { row: parseRow("job", jobRow, row) };
  } catch (problem) {
    const { jobKey, leaseKey } = parseRow("job", keyedRow, row);
    return { problem, jobKey, leaseKey };
  }
}

export async function readUncheckedJobRow(
  session: Session,
  jobKey: Uint8Array,
): Promise<UncheckedJobRow | undefined> {
  const [row] = await session.query(`${columns} WHERE job_key = $1`, [jobKey]);
  return row === undefined ? undefined : parseUnchecked(row);
}

/** @throws KmsError `VAULT_CORRUPT` when it is none that this program writes */
export async function readJobRow(session: Session, jobKey: Uint8Array): Promise<JobRow | undefined> {
  const found = await readUncheckedJobRow(session, jobKey);
  if (found !== undefined && "problem" in found) throw found.problem;
  return found?.row;
}

/** Which of a chain's rows in a state to read. */
export interface JobSelection {
  /** Those changed last before this time, in milliseconds since 1970. */
  readonly before?: number;
  /** Those of this account. */
  readonly laneKey?: Uint8Array;
  /** Most rows to read. */
  readonly limit?: number;
}

/** The rows of a chain in a state, the one changed longest ago first. A row that is damaged stands in for itself. */
export async function readJobRows(
  session: Session,
  leaseKey: Uint8Array,
  state: string,
  { before, laneKey, limit = Number.MAX_SAFE_INTEGER }: JobSelection = {},
): Promise<UncheckedJobRow[]> {
  const values: SqlValue[] = [leaseKey, state];
  const value = (added: SqlValue): string => `$${values.push(added)}`;
  const conditions = ["lease_key = $1", "state = $2", "state <> 'settled'"];
  // Nothing seals the time: without a bound that is asked for, a row is listed whatever it says.
  if (before !== undefined) conditions.push(`updated_at < ${value(before)}`);
  if (laneKey !== undefined) conditions.push(`lane_key = ${value(laneKey)}`);
  const rows = await session.query(
    `${columns} WHERE ${conditions.join(" AND ")} ORDER BY updated_at, job_key LIMIT ${value(limit)}`,
    values,
  );
  return rows.map(parseUnchecked);
}

/** Where a row stands among others: the one changed longest ago comes first. */
export interface JobPlace {
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  readonly jobKey: Uint8Array;
}

export interface JobRange {
  readonly leaseKey: Uint8Array;
  readonly state: string;
  /** Only those of this account. */
  readonly laneKey?: Uint8Array | undefined;
  /** Only those changed last at this time or before, in milliseconds since 1970. */
  readonly until?: number | undefined;
  /** Only those behind this one. */
  readonly after?: JobPlace | undefined;
}

const placeRow = v.object({
  jobKey: key,
  updatedAt: v.fallback(v.pipe(v.number(), v.safeInteger()), LATEST_TIME),
});

/**
 * The places of a chain's rows in a state, in their order, without the rows.
 * @param limit most places to read
 */
export async function readJobPlaces(
  session: Session,
  { leaseKey, state, laneKey, until, after }: JobRange,
  limit: number,
): Promise<JobPlace[]> {
  const values: SqlValue[] = [leaseKey, state];
  const value = (added: SqlValue): string => `$${values.push(added)}`;
  const conditions = ["lease_key = $1", "state = $2", "state <> 'settled'"];
  if (laneKey !== undefined) conditions.push(`lane_key = ${value(laneKey)}`);
  if (until !== undefined) conditions.push(`updated_at <= ${value(until)}`);
  if (after !== undefined)
    conditions.push(`(updated_at, job_key) > (${value(after.updatedAt)}, ${value(after.jobKey)})`);
  const rows = await session.query(
    `SELECT ${upTo(most.job_key, "job_key", "jobKey")}, updated_at AS "updatedAt" FROM job
     WHERE ${conditions.join(" AND ")} ORDER BY updated_at, job_key LIMIT ${value(limit)}`,
    values,
  );
  return rows.map((row) => parseRow("job", placeRow, row));
}

const laneJob = v.object({ laneKey: key, jobKey: key });

/** One job of each account that has jobs which are not settled. PostgreSQL before 18 has no `max` of bytes. */
export async function readLaneJobs(
  session: Session,
): Promise<{ readonly laneKey: Uint8Array; readonly jobKey: Uint8Array }[]> {
  const rows = await session.query(
    `SELECT "laneKey", "jobKey" FROM (
       SELECT lane_key AS "laneKey", job_key AS "jobKey", row_number() OVER (PARTITION BY lane_key ORDER BY job_key DESC) AS place
       FROM job WHERE octet_length(lane_key) = 32 AND octet_length(job_key) = 32
     ) AS numbered WHERE place = 1`,
  );
  return rows.map((row) => parseRow("job", laneJob, row));
}

/** All rows, in no meaningful order. A row that is damaged stands in for itself. */
export function readAllJobRows(session: Session): AsyncGenerator<UncheckedJobRow> {
  return readInPages(session, columns, "job_key", parseUnchecked, (found) =>
    "row" in found ? found.row.jobKey : found.jobKey,
  );
}

export async function insertJobRow(session: Session, row: JobRow): Promise<void> {
  await session.execute(
    `INSERT INTO job (job_key, lease_key, state, lane_key, revision, attempt_at, updated_at, sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.jobKey,
      row.leaseKey,
      row.state,
      row.laneKey,
      row.revision,
      row.attemptAt,
      row.updatedAt,
      row.sealed,
    ],
  );
}

/** Replaces all of the row but its keys of job and lease. */
export async function updateJobRow(session: Session, row: JobRow): Promise<void> {
  await session.execute(
    `UPDATE job SET state = $1, lane_key = $2, revision = $3, attempt_at = $4, updated_at = $5, sealed = $6
     WHERE job_key = $7`,
    [row.state, row.laneKey, row.revision, row.attemptAt, row.updatedAt, row.sealed, row.jobKey],
  );
}

/**
 * Gives a damaged row its state for rows that are set aside, and keys that are right. What of it is none of a row is
 * replaced; the rest stays as it is.
 *
 * @param jobKey as it is now
 */
export async function setJobRowAside(
  session: Session,
  jobKey: Uint8Array,
  aside: Pick<JobRow, "jobKey" | "leaseKey" | "state">,
): Promise<void> {
  await session.execute(
    `UPDATE job SET job_key = $1, lease_key = $2, state = $3,
       lane_key = CASE WHEN octet_length(lane_key) = 32 THEN lane_key END,
       revision = CASE WHEN revision BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER} THEN revision ELSE 0 END,
       sealed = substr(sealed, 1, ${most.sealed})
     WHERE job_key = $4`,
    [aside.jobKey, aside.leaseKey, aside.state, jobKey],
  );
}
