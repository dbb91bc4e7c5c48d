/** Statements of the tables `wallet`, `removed_wallet` and `address`. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, positiveInteger, readInPages, readPages, upTo } from "./row.ts";

const { wallet: most, removed_wallet: mostOfRemoved, address: mostOfNames } = mostBytes;

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

/** All wallet rows, in no meaningful order, some at a time. */
export function readWalletPages(session: Session): AsyncGenerator<readonly WalletRow[]> {
  const keyOf = ({ walletKey }: WalletRow): Uint8Array => walletKey;
  return readPages(session, { select: columns, key: "wallet_key", parse, keyOf });
}

/** All rows of removed wallets, in no meaningful order. */
export function readRemovedWalletRows(session: Session): AsyncGenerator<RemovedWalletRow> {
  return readInPages(session, removedColumns, "wallet_key", parseRemoved, ({ walletKey }) => walletKey);
}

/** A sealed row with a whole wallet in it is longer: its text has a multiple of 512 bytes. */
const LONGEST_WITHOUT_WALLET = 540;
const KEPT_PAGE = 50;

/** The rows of removed wallets that may still have the wallet in them, in no meaningful order. */
export async function* readKeptWalletRows(session: Session): AsyncGenerator<RemovedWalletRow> {
  const statement = `${removedColumns} WHERE octet_length(sealed) > $1 AND wallet_key > $2 ORDER BY wallet_key LIMIT $3`;
  let last: Uint8Array | undefined = new Uint8Array();
  while (last !== undefined) {
    const rows = await session.query(statement, [LONGEST_WITHOUT_WALLET, last, KEPT_PAGE]);
    const page: RemovedWalletRow[] = rows.map(parseRemoved);
    yield* page;
    last = page.at(-1)?.walletKey;
  }
}

export async function readRemovedWalletRow(
  session: Session,
  walletKey: Uint8Array,
): Promise<RemovedWalletRow | undefined> {
  const [row] = await session.query(`${removedColumns} WHERE wallet_key = $1`, [walletKey]);
  return row === undefined ? undefined : parseRemoved(row);
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

/** Gives the row of a wallet another content. */
export async function updateWalletRow(session: Session, row: WalletRow): Promise<void> {
  await session.execute("UPDATE wallet SET generation = $1, sealed = $2 WHERE wallet_key = $3", [
    row.generation,
    row.sealed,
    row.walletKey,
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

/** From a name under which a wallet is looked for, its first address or its label, to the wallet. */
export interface NameRow {
  /** Keyed hash of the name, 32 bytes. */
  readonly nameKey: Uint8Array;
  readonly walletKey: Uint8Array;
}

const nameRow = v.object({ nameKey: key, walletKey: key });
const nameColumns = `SELECT ${upTo(mostOfNames.address_key, "address_key", "nameKey")},
  ${upTo(mostOfNames.wallet_key, "wallet_key", "walletKey")} FROM address`;
const parseName = (row: unknown): NameRow => parseRow("address", nameRow, row);

/** More wallets of one name are not told. */
const MOST_OF_A_NAME = 1000;

export async function readNameRows(session: Session, nameKey: Uint8Array): Promise<readonly NameRow[]> {
  const statement = `${nameColumns} WHERE address_key = $1 ORDER BY wallet_key LIMIT $2`;
  return (await session.query(statement, [nameKey, MOST_OF_A_NAME])).map(parseName);
}

const NAMES_PAGE = 1000;

/** All names of all wallets, in no meaningful order, never many at once. */
export async function* readAllNameRows(session: Session): AsyncGenerator<NameRow> {
  const statement = `${nameColumns} WHERE (address_key, wallet_key) > ($1, $2) ORDER BY address_key, wallet_key LIMIT $3`;
  let last: NameRow | undefined = { nameKey: new Uint8Array(), walletKey: new Uint8Array() };
  while (last !== undefined) {
    const page: NameRow[] = (await session.query(statement, [last.nameKey, last.walletKey, NAMES_PAGE])).map(
      parseName,
    );
    yield* page;
    last = page.at(-1);
  }
}

export async function insertNameRow(session: Session, { nameKey, walletKey }: NameRow): Promise<void> {
  await session.execute(
    "INSERT INTO address (address_key, wallet_key) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [nameKey, walletKey],
  );
}

export async function deleteNameRow(session: Session, { nameKey, walletKey }: NameRow): Promise<void> {
  await session.execute("DELETE FROM address WHERE address_key = $1 AND wallet_key = $2", [
    nameKey,
    walletKey,
  ]);
}
