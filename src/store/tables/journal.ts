/** Statements of the table `journal`: for each network and chain the sealed state of its jobs, accounts and claims. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, upTo } from "./row.ts";

const most = mostBytes.journal;

const journalRow = v.object({
  leaseKey: blobOfLength(32),
  sealed: v.pipe(blob, v.maxLength(most.sealed)),
});

/** More networks and chains than there are. */
const MOST_ROWS = 1000;

export interface JournalRow {
  /** Keyed hash of network and chain. */
  readonly leaseKey: Uint8Array;
  /** The sealed counter and digest. */
  readonly sealed: Uint8Array;
}

const columns = `SELECT ${upTo(most.lease_key, "lease_key", "leaseKey")}, ${upTo(most.sealed, "sealed")} FROM journal`;

const parse = (row: unknown): JournalRow => parseRow("journal", journalRow, row);

export async function readJournalRow(
  session: Session,
  leaseKey: Uint8Array,
): Promise<JournalRow | undefined> {
  const [row] = await session.query(`${columns} WHERE lease_key = $1`, [leaseKey]);
  return row === undefined ? undefined : parse(row);
}

export async function readJournalRows(session: Session): Promise<JournalRow[]> {
  return (await session.query(`${columns} LIMIT ${MOST_ROWS}`)).map(parse);
}

/** @param isNew whether there is no such row yet */
export async function writeJournalRow(
  session: Session,
  { leaseKey, sealed }: JournalRow,
  isNew: boolean,
): Promise<void> {
  const statement = isNew
    ? "INSERT INTO journal (sealed, lease_key) VALUES ($1, $2)"
    : "UPDATE journal SET sealed = $1 WHERE lease_key = $2";
  await session.execute(statement, [sealed, leaseKey]);
}
