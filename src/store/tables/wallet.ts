/** Statements of the table `wallet`. */
import * as v from "valibot";
import type { Session } from "../sqlite/database.ts";
import { blob, blobOfLength, parseRow } from "./row.ts";

/** Rows that are in memory at once while all are read. */
const PAGE = 1000;

const walletRow = v.object({ recordId: blobOfLength(16), sealed: v.pipe(blob, v.maxLength(131_072)) });

export interface WalletRow {
  /** 16 random bytes. */
  readonly recordId: Uint8Array;
  /** The sealed wallet record. */
  readonly sealed: Uint8Array;
}

/** All wallet rows, in no meaningful order (by record id). */
export async function* readWalletRows(session: Session): AsyncGenerator<WalletRow> {
  const columns = 'SELECT record_id AS "recordId", sealed FROM wallet';
  let rows = await session.query(`${columns} ORDER BY record_id LIMIT $1`, [PAGE]);
  while (rows.length > 0) {
    const page = rows.map((row) => parseRow("wallet", walletRow, row));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    rows = await session.query(`${columns} WHERE record_id > $1 ORDER BY record_id LIMIT $2`, [
      last.recordId,
      PAGE,
    ]);
  }
}

export async function readWalletRow(session: Session, recordId: Uint8Array): Promise<WalletRow | undefined> {
  const [row] = await session.query(
    'SELECT record_id AS "recordId", sealed FROM wallet WHERE record_id = $1',
    [recordId],
  );
  return row === undefined ? undefined : parseRow("wallet", walletRow, row);
}

export async function insertWalletRow(session: Session, row: WalletRow): Promise<void> {
  await session.execute("INSERT INTO wallet (record_id, sealed) VALUES ($1, $2)", [row.recordId, row.sealed]);
}

export async function deleteWalletRow(session: Session, recordId: Uint8Array): Promise<void> {
  await session.execute("DELETE FROM wallet WHERE record_id = $1", [recordId]);
}
