/** Statements of the table `lease`, which has one row once a daemon has worked on the vault. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blobOfLength, parseRow, positiveInteger, upTo } from "./row.ts";

/** No daemon takes a lease for longer; a reader would wait for it so long in vain. One hour, in milliseconds. */
const MAXIMUM_DURATION = 3_600_000;

/** More than any daemon counts: one a millisecond for thirty years. What is higher was not written by one. */
export const MOST_COUNTED = 2 ** 40;

/** The last millisecond since 1970 that a JavaScript Date can tell. */
const LATEST_TIME = 8_640_000_000_000_000;

const wholeNumber = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));

const leaseRow = v.object({
  holder: v.nullable(blobOfLength(16)),
  epoch: v.pipe(positiveInteger, v.maxValue(MOST_COUNTED)),
  renewals: wholeNumber(MOST_COUNTED),
  duration: v.pipe(positiveInteger, v.maxValue(MAXIMUM_DURATION)),
  takenAt: wholeNumber(LATEST_TIME),
});

export interface LeaseRow {
  /** 16 bytes that name the daemon's process; `null` once it gave the lease back. */
  readonly holder: Uint8Array | null;
  /** The fencing epoch: grows by one each time the lease is taken. */
  readonly epoch: number;
  /** How often the holder said since that it is alive. */
  readonly renewals: number;
  /** Milliseconds without a renewal after which another daemon may take the lease. */
  readonly duration: number;
  /** Milliseconds since 1970, for people. */
  readonly takenAt: number;
}

async function query(session: Session): Promise<unknown> {
  const [row] = await session.query(
    `SELECT ${upTo(mostBytes.lease.holder, "holder")}, epoch, renewals, duration, taken_at AS "takenAt" FROM lease`,
  );
  return row;
}

/**
 * The lease, if there is one. Nothing seals it: a row that no daemon writes is nobody's lease, so that a number which
 * somebody put into it keeps no daemon from its work.
 */
export async function readLeaseRow(session: Session): Promise<LeaseRow | undefined> {
  const parsed = v.safeParse(leaseRow, await query(session));
  return parsed.success ? parsed.output : undefined;
}

/** Whether there is a row, be it one that no daemon writes. */
export async function hasLeaseRow(session: Session): Promise<boolean> {
  return (await query(session)) !== undefined;
}

/** @throws KmsError `VAULT_CORRUPT` when there is a row that no daemon writes, naming the column */
export async function checkLeaseRow(session: Session): Promise<void> {
  const row = await query(session);
  if (row === undefined) return;
  parseRow("lease", leaseRow, row, {
    hint: "Wallets and jobs are not affected. The next daemon that starts takes the lease anew.",
  });
}

/** For a copy of a vault: no daemon works on it yet. */
export async function deleteLeaseRow(session: Session): Promise<void> {
  await session.execute("DELETE FROM lease");
}

export async function replaceLeaseRow(session: Session, row: LeaseRow): Promise<void> {
  await session.execute("DELETE FROM lease");
  await session.execute(
    `INSERT INTO lease (row_number, holder, epoch, renewals, duration, taken_at)
     VALUES (1, $1, $2, $3, $4, $5)`,
    [row.holder, row.epoch, row.renewals, row.duration, row.takenAt],
  );
}

/** Counts a renewal, if the lease is still the holder's; whether it is. */
export async function renewLeaseRow(session: Session, holder: Uint8Array, epoch: number): Promise<boolean> {
  const changed = await session.execute(
    `UPDATE lease SET renewals = CASE WHEN renewals < ${MOST_COUNTED} THEN renewals + 1 ELSE 0 END
     WHERE holder = $1 AND epoch = $2`,
    [holder, epoch],
  );
  return changed === 1;
}

/** Gives the lease back, if it is still the holder's. */
export async function releaseLeaseRow(session: Session, holder: Uint8Array, epoch: number): Promise<void> {
  await session.execute("UPDATE lease SET holder = NULL WHERE holder = $1 AND epoch = $2", [holder, epoch]);
}
