/** What the statements of all tables share: columns that are bounded before they are read, and rows that are parsed. */
import * as v from "valibot";
import { type KmsErrorOptions, vaultCorrupt } from "../../errors.ts";
import type { Session } from "../store.ts";

/** What stands for a value of bytes or text that was not read. */
const TOO_LONG = 0;

/** Rows that are in memory at once while all are read. */
const PAGE = 200;

/**
 * A column of bytes or text in a SELECT. A value with more bytes than it may have is not read at all: a number comes in its
 * place, which no schema of such a column takes.
 */
export function upTo(bytes: number, column: string, name = column): string {
  return `CASE WHEN octet_length(${column}) > ${bytes} THEN ${TOO_LONG} ELSE ${column} END AS "${name}"`;
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
  let rows = await session.query(`${select} ORDER BY ${key} LIMIT $1`, [PAGE]);
  while (true) {
    const page = rows.map(parse);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    rows = await session.query(`${select} WHERE ${key} > $1 ORDER BY ${key} LIMIT $2`, [keyOf(last), PAGE]);
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
  const parsed = v.safeParse(schema, row);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const column = v.getDotPath(issue) ?? "row";
  const isTooLong = issue.input === TOO_LONG && /Uint8Array|string/.test(issue.expected ?? "");
  const what = isTooLong ? `a ${column} that is longer than any` : `an unexpected ${column}`;
  throw vaultCorrupt(`a ${table} row has ${what}`, options);
}
