/** The tables of a vault in PostgreSQL: made, brought forward from older versions of themselves, and checked. */
import * as v from "valibot";
import { KmsError, vaultCorrupt } from "../../errors.ts";
import type { Session } from "../store.ts";
import { schemaStatements } from "../tables/statements.ts";
import { SCHEMA } from "./connection.ts";

/** Milliseconds since 1970 by the server's clock, which goes on during a transaction. */
export const CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** The table of a file in PostgreSQL's words: the same columns, under the same names. */
function inPostgres(statement: string): string {
  return statement
    .replaceAll(/\bBLOB\b/g, "BYTEA")
    .replaceAll(/\bINTEGER\b/g, "BIGINT")
    .replace(/ STRICT(, WITHOUT ROWID)?$/, "");
}

/**
 * What brings the tables from each version to the next; the first is made of nothing. What was released is never changed: a
 * later version adds its steps behind.
 */
const versions: readonly (readonly string[])[] = [
  [
    ...schemaStatements.map(inPostgres),
    `CREATE TABLE schema_version (
  row_number BIGINT PRIMARY KEY NOT NULL CHECK (row_number = 1),
  version BIGINT NOT NULL
)`,
    "INSERT INTO schema_version (row_number, version) VALUES (1, 0)",
    `CREATE TABLE writer (
  writer_id BYTEA PRIMARY KEY NOT NULL,
  mark BYTEA NOT NULL,
  marked_at TIMESTAMPTZ NOT NULL
)`,
  ],
  [
    `ALTER TABLE lease ADD COLUMN renewed_at BIGINT NOT NULL DEFAULT ${CLOCK}`,
    `CREATE TABLE node (
  node_key BYTEA PRIMARY KEY NOT NULL,
  sealed BYTEA NOT NULL,
  duration BIGINT NOT NULL,
  since BIGINT NOT NULL,
  renewed_at BIGINT NOT NULL
)`,
  ],
];

export const schemaVersion = versions.length;

const versionRow = v.object({ version: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

/** `table.column type`, with what may be NULL told, and what is of a table's primary key once more. */
function expectedColumns(): string[] {
  return versions.flat().flatMap((statement) => {
    const table = /^(?:CREATE|ALTER) TABLE (\w+)/.exec(statement)?.[1];
    const columns = [
      ...statement.matchAll(/(?:^ {2}|ADD COLUMN )([a-z_]+) (BYTEA|TEXT|BIGINT|TIMESTAMPTZ)(.*)$/gm),
    ];
    const alone = columns.flatMap(([, column = "", , rest]) =>
      rest?.includes("PRIMARY KEY") ? [column] : [],
    );
    const keys = /^ {2}PRIMARY KEY \((.+)\)$/m.exec(statement)?.[1]?.split(", ") ?? alone;
    return [
      ...columns.map(
        ([, column, type = "", rest = ""]) =>
          `${table}.${column} ${type.toLowerCase()}${rest.includes("NOT NULL") ? "" : " or null"}`,
      ),
      ...keys.map((column) => `${table}.${column} of the primary key`),
    ];
  });
}

/**
 * The version of the tables; `undefined` when there are none.
 * @throws KmsError `VAULT_TOO_NEW`, `VAULT_CORRUPT`
 */
export async function readSchemaVersion(session: Session): Promise<number | undefined> {
  const [found] = await session.query(
    `SELECT to_regclass('${SCHEMA}.schema_version') IS NOT NULL AS is_there`,
  );
  if (!v.parse(v.object({ is_there: v.boolean() }), found).is_there) return undefined;
  const [row] = await session.query("SELECT version FROM schema_version");
  const parsed = v.safeParse(versionRow, row);
  if (!parsed.success) throw vaultCorrupt("its table schema_version does not tell a version");
  const { version } = parsed.output;
  if (version <= schemaVersion) return version;
  throw new KmsError(
    "VAULT_TOO_NEW",
    `The tables in the database were made by a newer version of tatum-kms: they are of version ${version}, this program knows ${schemaVersion}.`,
    { hint: "Update tatum-kms." },
  );
}

/**
 * Makes the tables, or brings them to this version, in a transaction that nobody else writes during.
 *
 * @param from their version; `undefined` when there are none
 * @throws KmsError `CANNOT_WRITE` when the database user may not
 */
export async function bringForward(session: Session, from: number | undefined): Promise<void> {
  if (from === undefined && !(await hasSchema(session))) await session.execute(`CREATE SCHEMA ${SCHEMA}`);
  for (const statement of versions.slice(from ?? 0).flat()) await session.execute(statement);
  await session.execute("UPDATE schema_version SET version = $1", [schemaVersion]);
}

/** An administrator may have made it, empty, and given it to the owner of the tables. */
async function hasSchema(session: Session): Promise<boolean> {
  return (await session.query(`SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}'`)).length > 0;
}

const columnRow = v.object({ text: v.string() });
const strangerRow = v.object({ kind: v.string(), name: v.string() });

/**
 * Checks that there are exactly the tables of this version with their keys, which a crash leaves as they are, and nothing that
 * acts on a reader's behalf: no trigger, rule, view or row security.
 *
 * @throws KmsError `VAULT_CORRUPT`
 */
export async function checkObjects(session: Session): Promise<void> {
  const [stranger] = await session.query(strangers);
  if (stranger !== undefined) {
    const { kind, name } = v.parse(strangerRow, stranger);
    throw vaultCorrupt(`it has a ${kind} ${JSON.stringify(name)} that does not belong there`);
  }
  const rows = await session.query(columns);
  const found = rows.map((row) => v.parse(columnRow, row).text);
  const expected = expectedColumns();
  const extra = found.find((column) => !expected.includes(column));
  if (extra !== undefined) throw vaultCorrupt(`the column ${extra} does not belong there`);
  const missing = expected.find((column) => !found.includes(column));
  if (missing !== undefined) throw vaultCorrupt(`the column ${missing} is missing`);
}

const columns = `
  SELECT c.relname || '.' || a.attname || ' ' || CASE format_type(a.atttypid, a.atttypmod)
      WHEN 'timestamp with time zone' THEN 'timestamptz' ELSE format_type(a.atttypid, a.atttypmod) END
    || CASE WHEN a.attnotnull THEN '' ELSE ' or null' END AS text
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = '${SCHEMA}'::regnamespace AND c.relkind = 'r'
  UNION ALL
  SELECT c.relname || '.' || a.attname || ' of the primary key'
  FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
  WHERE c.relnamespace = '${SCHEMA}'::regnamespace AND c.relkind = 'r'`;

const strangers = `
  SELECT 'relation' AS kind, relname::text AS name FROM pg_class
    WHERE relnamespace = '${SCHEMA}'::regnamespace AND (relkind NOT IN ('r', 'i') OR relpersistence <> 'p' OR relrowsecurity OR relhassubclass)
  UNION ALL
  SELECT 'trigger', t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = '${SCHEMA}'::regnamespace
  UNION ALL
  SELECT 'rule', r.rulename::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = '${SCHEMA}'::regnamespace
  UNION ALL
  SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = '${SCHEMA}'::regnamespace
  LIMIT 1`;
