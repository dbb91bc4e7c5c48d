/** Statements of the tables `wallet`, `removed_wallet` and `address`. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, positiveInteger, readInPages, upTo } from "./row.ts";

const { wallet: most, removed_wallet: mostOfRemoved } = mostBytes;

const key = blobOfLength(32);
const sealed = v.pipe(blob, v.maxLength(most.sealed));

const walletRow = v.object({
  walletKey: key,
  generation: positiveInteger,
  sealed,
});

const removedRow = v.object({
  walletKey: key,
  generation: positiveInteger,
  sealed: v.pipe(blob, v.maxLength(mostOfRemoved.sealed)),
});

export interface WalletRow {
  /** Keyed hash of the signature ID, 32 bytes. */
  readonly walletKey: Uint8Array;
  /** Of the vault, when the wallet was added or changed last. */
  readonly generation: number;
  /** The sealed wallet record. */
  readonly sealed: Uint8Array;
}

export interface RemovedWalletRow {
  readonly walletKey: Uint8Array;
  /** Of the vault, when the wallet was removed. */
  readonly generation: number;
  /** What is kept of it, sealed. */
  readonly sealed: Uint8Array;
}

const columns = `SELECT ${upTo(most.wallet_key, "wallet_key", "walletKey")}, generation, ${upTo(most.sealed, "sealed")} FROM wallet`;
const removedColumns = `SELECT ${upTo(mostOfRemoved.wallet_key, "wallet_key", "walletKey")}, generation,
  ${upTo(mostOfRemoved.sealed, "sealed")} FROM removed_wallet`;

const parse = (row: unknown): WalletRow => parseRow("wallet", walletRow, row);
const parseRemoved = (row: unknown): RemovedWalletRow => parseRow("removed wallet", removedRow, row);

/** All wallet rows, in no meaningful order. */
export function readWalletRows(session: Session): AsyncGenerator<WalletRow> {
  return readInPages(session, columns, "wallet_key", parse, ({ walletKey }) => walletKey);
}

/** All rows of removed wallets, in no meaningful order. */
export function readRemovedWalletRows(session: Session): AsyncGenerator<RemovedWalletRow> {
  return readInPages(session, removedColumns, "wallet_key", parseRemoved, ({ walletKey }) => walletKey);
}

export async function readWalletRow(session: Session, walletKey: Uint8Array): Promise<WalletRow | undefined> {
  const [row] = await session.query(`${columns} WHERE wallet_key = $1`, [walletKey]);
  return row === undefined ? undefined : parse(row);
}

/** The wallets that were added after a generation of the vault, and those that were removed. */
export async function readWalletRowsSince(
  session: Session,
  generation: number,
): Promise<{
  readonly added: readonly WalletRow[];
  readonly removed: readonly RemovedWalletRow[];
}> {
  const added = await session.query(`${columns} WHERE generation > $1`, [generation]);
  const removed = await session.query(`${removedColumns} WHERE generation > $1`, [generation]);
  return { added: added.map(parse), removed: removed.map(parseRemoved) };
}

export async function insertWalletRow(session: Session, row: WalletRow): Promise<void> {
  await session.execute("INSERT INTO wallet (wallet_key, generation, sealed) VALUES ($1, $2, $3)", [
    row.walletKey,
    row.generation,
    row.sealed,
  ]);
}

export async function deleteWalletRow(session: Session, walletKey: Uint8Array): Promise<void> {
  await session.execute("DELETE FROM wallet WHERE wallet_key = $1", [walletKey]);
}

export async function replaceRemovedWalletRow(session: Session, row: RemovedWalletRow): Promise<void> {
  await deleteRemovedWalletRow(session, row.walletKey);
  await session.execute("INSERT INTO removed_wallet (wallet_key, generation, sealed) VALUES ($1, $2, $3)", [
    row.walletKey,
    row.generation,
    row.sealed,
  ]);
}

/** For a wallet that is added again. */
export async function deleteRemovedWalletRow(session: Session, walletKey: Uint8Array): Promise<void> {
  await session.execute("DELETE FROM removed_wallet WHERE wallet_key = $1", [walletKey]);
}
