/** Statements of the table `wallet`. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, readInPages, upTo } from "./row.ts";

const most = mostBytes.wallet;

const walletRow = v.object({ recordId: blobOfLength(16), sealed: v.pipe(blob, v.maxLength(most.sealed)) });

export interface WalletRow {
  /** 16 random bytes. */
  readonly recordId: Uint8Array;
  /** The sealed wallet record. */
  readonly sealed: Uint8Array;
}

const columns = `SELECT ${upTo(most.record_id, "record_id", "recordId")}, ${upTo(most.sealed, "sealed")} FROM wallet`;
const parse = (row: unknown): WalletRow => parseRow("wallet", walletRow, row);

/** All wallet rows, in no meaningful order (by record id). */
export function readWalletRows(session: Session): AsyncGenerator<WalletRow> {
  return readInPages(session, columns, "record_id", parse, ({ recordId }) => recordId);
}

export async function readWalletRow(session: Session, recordId: Uint8Array): Promise<WalletRow | undefined> {
  const [row] = await session.query(`${columns} WHERE record_id = $1`, [recordId]);
  return row === undefined ? undefined : parse(row);
}

export async function insertWalletRow(session: Session, row: WalletRow): Promise<void> {
  await session.execute("INSERT INTO wallet (record_id, sealed) VALUES ($1, $2)", [row.recordId, row.sealed]);
}

export async function deleteWalletRow(session: Session, recordId: Uint8Array): Promise<void> {
  await session.execute("DELETE FROM wallet WHERE record_id = $1", [recordId]);
}
