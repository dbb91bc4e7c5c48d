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

/**
 * Copies all rows into tables that are empty.
 * @throws KmsError `VAULT_CORRUPT` when a row is none that this program writes
 */
export async function copyRows(source: Session, target: Session): Promise<void> {
  for (const table of copiedTables) {
    const { name, columns } = table;
    const insert = `INSERT INTO ${name} (${columns.join(", ")}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(", ")})`;
    for await (const page of readPages(source, table))
      for (const row of page)
        await target.execute(
          insert,
          columns.map((column) => row[column] ?? null),
        );
  }
}
