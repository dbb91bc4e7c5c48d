/** Statements of the tables `lane` and `claim`: the numbers that an account has used, and what belongs to one job alone. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, readInPages, upTo } from "./row.ts";

const { lane: most, claim: mostOfClaim } = mostBytes;

const key = blobOfLength(32);
const laneRow = v.object({
  laneKey: key,
  leaseKey: key,
  sealed: v.pipe(blob, v.maxLength(most.sealed)),
});
const claimRow = v.object({ claimKey: key, leaseKey: key, jobKey: key });

export interface LaneRow {
  /** Keyed hash of the account. */
  readonly laneKey: Uint8Array;
  /** Keyed hash of network and chain. */
  readonly leaseKey: Uint8Array;
  /** The sequence numbers that it used. */
  readonly sealed: Uint8Array;
}

/** That a transaction id, or an input, belongs to one job. */
export interface ClaimRow {
  /** Keyed hash of what is claimed. */
  readonly claimKey: Uint8Array;
  /** Keyed hash of network and chain. */
  readonly leaseKey: Uint8Array;
  readonly jobKey: Uint8Array;
}

const laneColumns = `SELECT ${upTo(most.lane_key, "lane_key", "laneKey")}, ${upTo(most.lease_key, "lease_key", "leaseKey")},
  ${upTo(most.sealed, "sealed")} FROM lane`;
const claimColumns = `SELECT ${upTo(mostOfClaim.claim_key, "claim_key", "claimKey")},
  ${upTo(mostOfClaim.lease_key, "lease_key", "leaseKey")}, ${upTo(mostOfClaim.job_key, "job_key", "jobKey")} FROM claim`;

const parseLane = (row: unknown): LaneRow => parseRow("lane", laneRow, row);
const parseClaim = (row: unknown): ClaimRow => parseRow("claim", claimRow, row);

export async function readLaneRow(session: Session, laneKey: Uint8Array): Promise<LaneRow | undefined> {
  const [row] = await session.query(`${laneColumns} WHERE lane_key = $1`, [laneKey]);
  return row === undefined ? undefined : parseLane(row);
}

/** All rows of accounts, in no meaningful order. */
export function readAllLaneRows(session: Session): AsyncGenerator<LaneRow> {
  return readInPages(session, laneColumns, "lane_key", parseLane, ({ laneKey }) => laneKey);
}

export async function replaceLaneRow(session: Session, row: LaneRow): Promise<void> {
  await session.execute("DELETE FROM lane WHERE lane_key = $1", [row.laneKey]);
  await insertLaneRow(session, row);
}

export async function insertLaneRow(session: Session, row: LaneRow): Promise<void> {
  await session.execute("INSERT INTO lane (lane_key, lease_key, sealed) VALUES ($1, $2, $3)", [
    row.laneKey,
    row.leaseKey,
    row.sealed,
  ]);
}

export async function readClaimRow(session: Session, claimKey: Uint8Array): Promise<ClaimRow | undefined> {
  const [row] = await session.query(`${claimColumns} WHERE claim_key = $1`, [claimKey]);
  return row === undefined ? undefined : parseClaim(row);
}

/** All claims, in no meaningful order. */
export function readAllClaimRows(session: Session): AsyncGenerator<ClaimRow> {
  return readInPages(session, claimColumns, "claim_key", parseClaim, ({ claimKey }) => claimKey);
}

/** The jobs that something of a journal belongs to, but that have no row. */
export async function readJobsWithoutRow(session: Session, leaseKey: Uint8Array): Promise<Uint8Array[]> {
  const rows = await session.query(
    `SELECT DISTINCT job_key AS "jobKey" FROM claim
     WHERE lease_key = $1 AND NOT EXISTS (SELECT 1 FROM job WHERE job.job_key = claim.job_key)`,
    [leaseKey],
  );
  return rows.map((row) => parseRow("claim", v.object({ jobKey: key }), row).jobKey);
}

export async function hasClaims(session: Session, jobKey: Uint8Array): Promise<boolean> {
  const rows = await session.query("SELECT 1 FROM claim WHERE job_key = $1 LIMIT 1", [jobKey]);
  return rows.length > 0;
}

export async function insertClaimRow(session: Session, row: ClaimRow): Promise<void> {
  await session.execute("INSERT INTO claim (claim_key, lease_key, job_key) VALUES ($1, $2, $3)", [
    row.claimKey,
    row.leaseKey,
    row.jobKey,
  ]);
}

export async function deleteClaimRow(session: Session, claimKey: Uint8Array): Promise<void> {
  await session.execute("DELETE FROM claim WHERE claim_key = $1", [claimKey]);
}
