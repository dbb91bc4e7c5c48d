/** Statements of the table `lease`, which has one row once a daemon has worked on the vault. */
import * as v from "valibot";
import type { Session } from "../sqlite/database.ts";
import { blobOfLength, parseRow, positiveInteger } from "./row.ts";

/** No daemon takes a lease for longer; a reader would wait for it so long in vain. One hour, in milliseconds. */
const MAXIMUM_DURATION = 3_600_000;

const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const leaseRow = v.object({
  holder: v.nullable(blobOfLength(16)),
  epoch: positiveInteger,
  renewals: wholeNumber,
  duration: v.pipe(positiveInteger, v.maxValue(MAXIMUM_DURATION)),
  takenAt: wholeNumber,
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

/** @throws KmsError `VAULT_CORRUPT` */
export async function readLeaseRow(session: Session): Promise<LeaseRow | undefined> {
  const [row] = await session.query(
    'SELECT holder, epoch, renewals, duration, taken_at AS "takenAt" FROM lease',
  );
  return row === undefined ? undefined : parseRow("lease", leaseRow, row);
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
    "UPDATE lease SET renewals = renewals + 1 WHERE holder = $1 AND epoch = $2",
    [holder, epoch],
  );
  return changed === 1;
}

/** Gives the lease back, if it is still the holder's. */
export async function releaseLeaseRow(session: Session, holder: Uint8Array, epoch: number): Promise<void> {
  await session.execute("UPDATE lease SET holder = NULL WHERE holder = $1 AND epoch = $2", [holder, epoch]);
}
