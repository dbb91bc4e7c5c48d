/** The tables of the store, and the check that a file holds them and nothing else. See docs/vault-format.md. */
import { stat } from "node:fs/promises";
import * as v from "valibot";
import { KmsError, vaultCorrupt } from "../../errors.ts";
import { checkFormatVersion, formatVersion } from "../format.ts";
import type { Session } from "../store.ts";
import { checkLengths } from "../tables/row.ts";
import { schemaStatements, schemaStatements1 } from "../tables/statements.ts";
import type { Database } from "./database.ts";

/** "TKMS", in the header of the SQLite file at offset 68. */
const applicationId = 0x544b4d53;

/** An object as SQLite lists it. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tableName: string;
  readonly sql: string | null;
}

/** `CREATE TABLE job (`, `CREATE INDEX job_state ON job (` */
const CREATE = /^CREATE (TABLE|INDEX) (\w+)(?: ON (\w+))?/;

function objectOf(sql: string): SchemaObject {
  const [, type = "", name = "", tableName = name] = CREATE.exec(sql) ?? [];
  return { type: type.toLowerCase(), name, tableName, sql };
}

const objectsOf: Readonly<Record<number, readonly SchemaObject[]>> = {
  1: schemaStatements1.map(objectOf),
  [formatVersion]: schemaStatements.map(objectOf),
};

/** Makes the tables in an empty file. */
export async function createSchema(database: Database): Promise<void> {
  await database.transaction(async (session) => {
    await session.execute(`PRAGMA application_id = ${applicationId}`);
    await session.execute(`PRAGMA user_version = ${formatVersion}`);
    for (const sql of schemaStatements) await session.execute(sql);
  });
}

/** What the names of tables of format 1 end with beside those that take their place, for as long as their rows are converted. */
export const SET_ASIDE = "_1";

const CONVERTED = ["wallet", "job", "lane"];

/** Makes the tables of the present format beside those of format 1, which are {@link SET_ASIDE}. */
export async function beginConversion(session: Session): Promise<void> {
  await session.execute("DROP INDEX job_state");
  await session.execute("DROP TABLE lease");
  for (const table of CONVERTED) await session.execute(`ALTER TABLE ${table} RENAME TO ${table}${SET_ASIDE}`);
  const kept: readonly string[] = schemaStatements1.slice(0, 2);
  for (const statement of schemaStatements) if (!kept.includes(statement)) await session.execute(statement);
}

/** Drops the tables that were {@link SET_ASIDE}, and has the file say which format it is of. */
export async function endConversion(session: Session): Promise<void> {
  for (const table of CONVERTED) await session.execute(`DROP TABLE ${table}${SET_ASIDE}`);
  await session.execute(`PRAGMA user_version = ${formatVersion}`);
}

/**
 * Checks that the file is a vault of a known version and has exactly the tables of that version (so no trigger or view can
 * act on its behalf). It takes no longer for a large file.
 *
 * @returns the version of its format
 * @throws KmsError `NOT_A_VAULT`, `VAULT_TOO_NEW`, `VAULT_CORRUPT`
 */
export function checkSchema(database: Database): Promise<number> {
  return database.read(async (session) => {
    const version = await checkHeader(session, database.path);
    await checkLength(session, database.path);
    await checkObjects(session, objectsOf[version] ?? []);
    return version;
  });
}

/**
 * Checks the whole file: that it is sound as a database, and no value longer than it may be.
 * @throws KmsError `VAULT_CORRUPT`
 */
export function checkWhole(database: Database): Promise<void> {
  return database.read(async (session) => {
    // Before the integrity check, which reads whole rows of some tables.
    await checkLengths(session);
    await checkIntegrity(session);
  });
}

async function checkHeader(session: Session, path: string): Promise<number> {
  const application = await pragma(session, "application_id", v.number());
  if (application !== applicationId) {
    throw new KmsError(
      "NOT_A_VAULT",
      `The file ${path} is not a vault: its application id is ${application}, not ${applicationId}.`,
      {
        hint: "If it was a vault once, it is damaged: restore the latest backup.",
      },
    );
  }
  const version = await pragma(session, "user_version", v.number());
  checkFormatVersion(version);
  return version;
}

/** SQLite takes what is missing of the last page for zeros. */
async function checkLength(session: Session, path: string): Promise<void> {
  const pages = await pragma(session, "page_count", v.number());
  const expected = pages * (await pragma(session, "page_size", v.number()));
  const { size } = await stat(path);
  if (size < expected) throw vaultCorrupt(`the file is cut short: ${size} of ${expected} bytes are there`);
}

const schemaRow = v.object({
  type: v.string(),
  name: v.string(),
  tableName: v.string(),
  sql: v.nullable(v.string()),
});

async function checkObjects(session: Session, objects: readonly SchemaObject[]): Promise<void> {
  const rows = await session.query('SELECT type, name, tbl_name AS "tableName", sql FROM sqlite_schema');
  const found = rows.map((row) => {
    const parsed = v.safeParse(schemaRow, row);
    if (!parsed.success) throw vaultCorrupt("its list of tables cannot be read");
    return parsed.output;
  });
  for (const { type, name, tableName, sql } of found) {
    const ours = objects.find((object) => object.name === name);
    if (ours === undefined)
      throw vaultCorrupt(`it has a ${type} ${JSON.stringify(name)} that does not belong there`);
    if (ours.type !== type || ours.tableName !== tableName || ours.sql !== sql) {
      throw vaultCorrupt(`the definition of the ${ours.type} ${name} was changed`);
    }
  }
  for (const { type, name } of objects) {
    if (!found.some((object) => object.name === name)) throw vaultCorrupt(`the ${type} ${name} is missing`);
  }
  if (found.length !== objects.length) throw vaultCorrupt("a table is defined twice");
}

async function checkIntegrity(session: Session): Promise<void> {
  const finding = await pragma(session, "integrity_check(1)", v.string());
  if (finding !== "ok")
    throw vaultCorrupt(`the integrity check of SQLite found: ${finding.replaceAll("\n", " ")}`);
}

async function pragma<Output>(
  session: Session,
  name: string,
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  const [row] = await session.query(`PRAGMA ${name}`);
  const parsed = v.safeParse(v.record(v.string(), schema), row);
  const value = parsed.success ? Object.values(parsed.output)[0] : undefined;
  if (value === undefined) throw vaultCorrupt(`SQLite does not tell its ${name}`);
  return value;
}
