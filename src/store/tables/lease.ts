/** Statements of the table `lease`, which has a row for each network and chain that a daemon has worked for. */
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
  renewedAt: v.nullable(wholeNumber(LATEST_TIME)),
  hasEnded: v.nullable(v.boolean()),
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
  /** Milliseconds since 1970, in a file for people alone. */
  readonly takenAt: number;
  /** In a database: when it was taken, renewed or given back last, in milliseconds since 1970 by the clock of the database. */
  readonly renewedAt?: number | null;
  /** In a database: whether by its clock the lease was not renewed for its whole duration. A file has no clock to judge by. */
  readonly hasEnded?: boolean | null;
}

/**
 * Whether what was renewed last at `renewed_at` has ended by now. That of a time to come has too, so that no clock that was
 * set back and no number that somebody wrote keeps a dead daemon's lease for hours; a living one renews it at once.
 */
const ended = (clock: string): string => `abs(${clock} - renewed_at) >= duration`;

function columnsOf({ clock }: Session): string {
  const byClock =
    clock === undefined
      ? `NULL AS "renewedAt", NULL AS "hasEnded"`
      : `renewed_at AS "renewedAt",
         CASE WHEN renewed_at BETWEEN 0 AND ${LATEST_TIME} THEN ${ended(clock)} ELSE true END AS "hasEnded"`;
  return `${upTo(mostBytes.lease.holder, "holder")}, epoch, renewals, duration, taken_at AS "takenAt", ${byClock} FROM lease`;
}

async function query(session: Session, leaseKey: Uint8Array): Promise<unknown> {
  const [row] = await session.query(`SELECT ${columnsOf(session)} WHERE lease_key = $1`, [leaseKey]);
  return row;
}

/**
 * A lease, if somebody has or had it. Nothing seals it: a row that no daemon writes is nobody's lease, so that a number which
 * somebody put into it keeps no daemon from its work.
 *
 * @param leaseKey keyed hash of network and chain, 32 bytes
 */
export async function readLeaseRow(session: Session, leaseKey: Uint8Array): Promise<LeaseRow | undefined> {
  const parsed = v.safeParse(leaseRow, await query(session, leaseKey));
  return parsed.success ? parsed.output : undefined;
}

/** The leases that somebody has or had, of this format and of the one before. */
export async function readLeaseRows(session: Session): Promise<LeaseRow[]> {
  const rows = await session.query(`SELECT ${columnsOf(session)}`);
  return rows
    .map((row) => v.safeParse(leaseRow, row))
    .flatMap(({ success, output }) => (success ? [output] : []));
}

/** Keyed hash of network and chain, 32 bytes, with its lease. */
export type KeyedLeaseRow = LeaseRow & { readonly leaseKey: Uint8Array };

const keyedLeaseRow = v.object({ ...leaseRow.entries, leaseKey: blobOfLength(32) });

/** {@link readLeaseRows} of this format, with what they are of. */
export async function readKeyedLeaseRows(session: Session): Promise<KeyedLeaseRow[]> {
  const rows = await session.query(
    `SELECT ${upTo(mostBytes.lease.lease_key, "lease_key", "leaseKey")}, ${columnsOf(session)}`,
  );
  return rows
    .map((row) => v.safeParse(keyedLeaseRow, row))
    .flatMap(({ success, output }) => (success ? [output] : []));
}

/** Whether there is a row, be it one that no daemon writes. */
export async function hasLeaseRow(session: Session, leaseKey: Uint8Array): Promise<boolean> {
  return (await query(session, leaseKey)) !== undefined;
}

/** @throws KmsError `VAULT_CORRUPT` when there is a row that no daemon writes, naming the column */
export async function checkLeaseRows(session: Session): Promise<void> {
  for (const row of await session.query(`SELECT ${columnsOf(session)}`)) {
    parseRow("lease", leaseRow, row, {
      hint: "Wallets and jobs are not affected. The next daemon that starts takes the lease anew.",
    });
  }
}

/** For a copy of a vault: no daemon works on it yet. */
export async function deleteLeaseRows(session: Session): Promise<void> {
  await session.execute("DELETE FROM lease");
}

/** A lease that is taken now. */
export type TakenLease = Pick<LeaseRow, "epoch" | "duration"> & { readonly holder: Uint8Array };

export async function replaceLeaseRow(
  session: Session,
  leaseKey: Uint8Array,
  { holder, epoch, duration }: TakenLease,
): Promise<void> {
  const { clock } = session;
  await session.execute("DELETE FROM lease WHERE lease_key = $1", [leaseKey]);
  await session.execute(
    `INSERT INTO lease (lease_key, holder, epoch, renewals, duration, taken_at${clock === undefined ? "" : ", renewed_at"})
     VALUES ($1, $2, $3, 0, $4, ${clock === undefined ? Date.now() : `${clock}, ${clock}`})`,
    [leaseKey, holder, epoch, duration],
  );
}

/** Counts a renewal, if the lease is still the holder's and by the database's clock has not ended; whether it is. */
export async function renewLeaseRow(
  session: Session,
  leaseKey: Uint8Array,
  { holder, epoch }: TakenLease,
): Promise<boolean> {
  const { clock } = session;
  const changed = await session.execute(
    `UPDATE lease SET renewals = CASE WHEN renewals < ${MOST_COUNTED} THEN renewals + 1 ELSE 0 END
       ${clock === undefined ? "" : `, renewed_at = ${clock}`}
     WHERE lease_key = $1 AND holder = $2 AND epoch = $3
       ${clock === undefined ? "" : `AND renewed_at BETWEEN 0 AND ${LATEST_TIME} AND NOT ${ended(clock)}`}`,
    [leaseKey, holder, epoch],
  );
  return changed === 1;
}

/** Gives the lease back, if it is still the holder's. */
export async function releaseLeaseRow(
  session: Session,
  leaseKey: Uint8Array,
  { holder, epoch }: TakenLease,
): Promise<void> {
  const { clock } = session;
  await session.execute(
    `UPDATE lease SET holder = NULL${clock === undefined ? "" : `, renewed_at = ${clock}`}
     WHERE lease_key = $1 AND holder = $2 AND epoch = $3`,
    [leaseKey, holder, epoch],
  );
}
