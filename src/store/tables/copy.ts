/** All rows of a vault, from one store into another of whatever engine. */
import * as v from "valibot";
import type { Session, SqlValue } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { parseRow, upTo } from "./row.ts";
import { schemaStatements } from "./statements.ts";

interface Table {
  readonly name: keyof typeof mostBytes;
  readonly columns: readonly string[];
  /** The columns of its primary key. */
  readonly key: readonly string[];
}

const isTable = (name: string): name is Table["name"] => name in mostBytes;

function tableOf(statement: string): Table[] {
  const name = /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? "";
  if (!isTable(name)) return [];
  const lines = [...statement.matchAll(/^ {2}([a-z_]+) (?:BLOB|TEXT|INTEGER)(.*)$/gm)];
  const columns = lines.map(([, column = ""]) => column);
  const [, together] = /^ {2}PRIMARY KEY \((.+)\)$/m.exec(statement) ?? [];
  const alone = lines.filter(([, , rest]) => rest?.includes("PRIMARY KEY")).map(([, column = ""]) => column);
  return [{ name, columns, key: together?.split(", ") ?? alone }];
}

/** Those whose rows make up a vault. Leases are none of them: no daemon works on a copy yet. */
const copiedTables: readonly Table[] = schemaStatements
  .flatMap(tableOf)
  .filter(({ name }) => name !== "lease");

/** Rows that are in memory at once. */
const PAGE = 200;

const anyRow = v.record(v.string(), v.union([v.number(), v.string(), v.null(), v.instance(Uint8Array)]));

type Row = v.InferOutput<typeof anyRow>;

/** The rows of a table in the order of its key, behind those before, in pages. */
async function* readPages(session: Session, { name, columns, key }: Table): AsyncGenerator<readonly Row[]> {
  const bounds: Readonly<Record<string, number>> = mostBytes[name];
  const selected = columns.map((column) => {
    const most = bounds[column];
    return most === undefined ? column : upTo(most, column);
  });
  const select = `SELECT ${selected.join(", ")} FROM ${name}`;
  const order = `ORDER BY ${key.join(", ")}`;
  const behind = `(${key.join(", ")}) > (${key.map((_, index) => `$${index + 1}`).join(", ")})`;
  let after: SqlValue[] | undefined;
  while (true) {
    const rows =
      after === undefined
        ? await session.query(`${select} ${order} LIMIT $1`, [PAGE])
        : await session.query(`${select} WHERE ${behind} ${order} LIMIT $${key.length + 1}`, [
            ...after,
            PAGE,
          ]);
    const page = rows.map((row) => parseRow(name, anyRow, row));
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = key.map((column) => last[column] ?? null);
  }
}

/** Rows that one statement inserts at most, and bytes that it has about. */
const ROWS_TOGETHER = 50;
const BYTES_TOGETHER = 4 * 1024 * 1024;

const sizeOf = (row: Row): number =>
  Object.values(row).reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.length : 16),
    0,
  );

/** Rows in parts that fit into one statement each. */
function* inParts(rows: readonly Row[]): Generator<readonly Row[]> {
  let part: Row[] = [];
  let size = 0;
  for (const row of rows) {
    if (part.length === ROWS_TOGETHER || (part.length > 0 && size + sizeOf(row) > BYTES_TOGETHER)) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(row);
    size += sizeOf(row);
  }
  if (part.length > 0) yield part;
}

async function insertRows(target: Session, { name, columns }: Table, rows: readonly Row[]): Promise<void> {
  const values = rows.map(
    (_, at) => `(${columns.map((__, index) => `$${at * columns.length + index + 1}`).join(", ")})`,
  );
  await target.execute(
    `INSERT INTO ${name} (${columns.join(", ")}) VALUES ${values.join(", ")}`,
    rows.flatMap((row) => columns.map((column) => row[column] ?? null)),
  );
}

/**
 * Copies all rows into tables that are empty.
 *
 * @param onCopied is told of each number of rows that were copied
 * @throws KmsError `VAULT_CORRUPT` when a row is none that this program writes
 */
export async function copyRows(
  source: Session,
  target: Session,
  onCopied: (rows: number) => void = () => undefined,
): Promise<void> {
  for (const table of copiedTables) {
    for await (const page of readPages(source, table)) {
      for (const part of inParts(page)) await insertRows(target, table, part);
      onCopied(page.length);
    }
  }
}

/** The rows of a vault, of all of its tables. */
export async function countRows(session: Session): Promise<number> {
  let sum = 0;
  for (const { name } of copiedTables) {
    const [row] = await session.query(`SELECT count(*) AS number FROM ${name}`);
    sum += v.parse(v.object({ number: v.number() }), row).number;
  }
  return sum;
}

/** The manifest is another one in each copy: it says who may work with it. */
const isCompared = (table: string, column: string): boolean => table !== "vault" || column !== "manifest";

function isSameValue(one: Row[string] | undefined, other: Row[string] | undefined): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}

function areSamePages({ name, columns }: Table, one: readonly Row[], other: readonly Row[]): boolean {
  return (
    one.length === other.length &&
    one.every((row, at) =>
      columns.every((column) => !isCompared(name, column) || isSameValue(row[column], other[at]?.[column])),
    )
  );
}

/**
 * Compares all rows of two stores, byte by byte, but for the manifest.
 *
 * @param onCompared is told of each number of rows that were compared
 * @returns the first table whose rows differ; `undefined` when all are the same
 */
export async function differingTable(
  one: Session,
  other: Session,
  onCompared: (rows: number) => void = () => undefined,
): Promise<string | undefined> {
  for (const table of copiedTables) {
    const others = readPages(other, table);
    for await (const page of readPages(one, table)) {
      const found = await others.next();
      if (found.done === true || !areSamePages(table, page, found.value)) return table.name;
      onCompared(page.length);
    }
    if ((await others.next()).done !== true) return table.name;
  }
  return undefined;
}
