/** What the statements of all tables share: columns that are bounded before they are read, and rows that are parsed. */
import * as v from "valibot";
import { type KmsErrorOptions, vaultCorrupt } from "../../errors.ts";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";

/** What stands for a value of bytes or text that was not read; in a column of bytes PostgreSQL gives it as bytes. No value begins so. */
const TOO_LONG = "(longer than any)";
const tooLongBytes = Buffer.from(TOO_LONG);

/** Rows that are in memory at once while all are read. */
const PAGE = 200;

/**
 * A column of bytes or text in a SELECT. A value with more bytes than it may have is not read at all: a text comes in its
 * place that {@link parseRow} knows.
 */
export function upTo(bytes: number, column: string, name = column): string {
  return `CASE WHEN octet_length(${column}) > ${bytes} THEN '${TOO_LONG}' ELSE ${column} END AS "${name}"`;
}

/** How all rows of a table are read. */
interface Paging<Row> {
  /** The statement up to its conditions. */
  readonly select: string;
  /** The column of the key, of bytes. */
  readonly key: string;
  readonly parse: (row: unknown) => Row;
  readonly keyOf: (row: Row) => Uint8Array;
}

/** All rows of a table, in the order of its key, so many at once that a wait for each of them counts for nothing. */
export async function* readPages<Row>(
  session: Session,
  { select, key, parse, keyOf }: Paging<Row>,
): AsyncGenerator<readonly Row[]> {
  let rows = await session.query(`${select} ORDER BY ${key} LIMIT $1`, [PAGE]);
  while (true) {
    const page = rows.map(parse);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    rows = await session.query(`${select} WHERE ${key} > $1 ORDER BY ${key} LIMIT $2`, [keyOf(last), PAGE]);
  }
}

/**
 * All rows of a table, in the order of its key, never many at once.
 *
 * @param select The statement up to its conditions.
 * @param key The column of the key, of bytes.
 */
export async function* readInPages<Row>(
  session: Session,
  select: string,
  key: string,
  parse: (row: unknown) => Row,
  keyOf: (row: Row) => Uint8Array,
): AsyncGenerator<Row> {
  for await (const page of readPages(session, { select, key, parse, keyOf })) yield* page;
}

/**
 * Checks that no value of any table is longer than it may be.
 * @throws KmsError `VAULT_CORRUPT`
 */
export async function checkLengths(session: Session): Promise<void> {
  for (const [table, bounds] of Object.entries(mostBytes)) {
    // A lease that is too long is nobody's; it keeps nobody from opening the vault.
    if (table === "lease") continue;
    const columns = Object.entries(bounds).map(([column, most]) => ({
      column,
      isLonger: `octet_length(${column}) > ${most}`,
    }));
    const any = columns.map(({ isLonger }) => isLonger).join(" OR ");
    const cases = columns.map(({ column, isLonger }) => `WHEN ${isLonger} THEN '${column}'`).join(" ");
    const [found] = await session.query(
      `SELECT CASE ${cases} END AS "column" FROM ${table} WHERE ${any} LIMIT 1`,
    );
    if (found === undefined) continue;
    const { column } = v.parse(v.object({ column: v.string() }), found);
    throw vaultCorrupt(`a ${table} row has a ${column} that is longer than any`);
  }
}

/** A column of bytes. */
export const blob = v.instance(Uint8Array);

/** A column of exactly so many bytes. */
export const blobOfLength = (length: number) => v.pipe(blob, v.length(length));

/** A column that counts: an integer from 1 to 2^53 - 1. */
export const positiveInteger = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/**
 * A row as its table promises it.
 *
 * @param table For the error: "key slot", "wallet".
 * @param options Of the error.
 * @throws KmsError `VAULT_CORRUPT` naming the table and the column
 */
export function parseRow<Output>(
  table: string,
  schema: v.GenericSchema<unknown, Output>,
  row: unknown,
  options: KmsErrorOptions = {},
): Output {
  for (const column in row as Record<string, unknown> | undefined) {
    if (standsForTooLong((row as Record<string, unknown>)[column]))
      throw vaultCorrupt(`a ${table} row has a ${column} that is longer than any`, options);
  }
  const parsed = v.safeParse(schema, row);
  if (parsed.success) return parsed.output;
  const column = v.getDotPath(parsed.issues[0]) ?? "row";
  throw vaultCorrupt(`a ${table} row has an unexpected ${column}`, options);
}

function standsForTooLong(value: unknown): boolean {
  if (!(value instanceof Uint8Array)) return value === TOO_LONG;
  return value.length === tooLongBytes.length && Buffer.compare(value, tooLongBytes) === 0;
}
