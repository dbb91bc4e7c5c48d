import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { checkSchema, createSchema } from "../../../../src/store/sqlite/schema.ts";
import { schemaStatements, schemaStatements1 } from "../../../../src/store/tables/statements.ts";
import { readVaultRow } from "../../../../src/store/tables/vault.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../../vault/caught.ts";

const path = useTemporaryFolder();

async function newStore(): Promise<Database> {
  writeFileSync(path("file"), "");
  const database = await Database.open(path("file"));
  await createSchema(database);
  return database;
}

test("a new store passes its own check", async () => {
  const database = await newStore();
  await checkSchema(database);
  await database.close();
});

test("the store's file says TKMS, version 2", async () => {
  await (await newStore()).close();
  const header = readFileSync(path("file"));
  expect(header.subarray(68, 72).toString()).toBe("TKMS");
  expect(header.readUInt32BE(60)).toBe(2);
});

/** The statements of the document: of this format, and those in which format 1 differs. */
function documentedStatements(): string[][] {
  const document = readFileSync(join(import.meta.dir, "../../../../docs/vault-format.md"), "utf8");
  const blocks = [...document.matchAll(/```sql\n(.*?)\n```/gs)].map(([, block = ""]) => block);
  return blocks.map((block) => block.split(/;\n?\n?/).filter((statement) => statement !== ""));
}

test("the file holds what docs/vault-format.md says, to the letter", async () => {
  await (await newStore()).close();
  const [documented = []] = documentedStatements();
  const stored = new Sqlite(path("file")).query("SELECT sql FROM sqlite_schema").values().flat() as string[];
  expect(stored.toSorted()).toEqual(documented.toSorted());
});

test("docs/vault-format.md says in which statements format 1 differs, to the letter", () => {
  const [documented = [], documented1 = []] = documentedStatements();
  const shared: readonly string[] = schemaStatements;
  expect(documented1).toEqual(schemaStatements1.filter((statement) => !shared.includes(statement)));
  expect(documented).toEqual([...schemaStatements]);
});

test("docs/vault-format.md names every table and column", () => {
  const document = readFileSync(join(import.meta.dir, "../../../../docs/vault-format.md"), "utf8");
  const prose = document.slice(0, document.indexOf("```sql"));
  const names = schemaStatements.flatMap((statement) => [
    .../^CREATE (?:TABLE|INDEX) (\w+)/.exec(statement)!.slice(1),
    ...[...statement.matchAll(/^ {2}([a-z_]+) /gm)].map(([, column = ""]) => column),
  ]);
  expect(names.filter((name) => !prose.includes(`\`${name}\``))).toEqual([]);
});

test.each(["job", "lane", "wallet", "journal", "claim", "removed_wallet", "document"])(
  "a store without its table %s is refused by name",
  async (table) => {
    await (await newStore()).close();
    const file = new Sqlite(path("file"));
    file.run(`DROP TABLE ${table}`);
    file.close();
    const database = await Database.open(path("file"));
    expect(await caught(() => checkSchema(database))).toMatchObject({
      code: "VAULT_CORRUPT",
      message: expect.stringContaining(`the table ${table} is missing`),
    });
    await database.close();
  },
);

test("a store that was cut short is refused", async () => {
  const database = await newStore();
  await database.close();
  const bytes = readFileSync(path("file"));
  writeFileSync(path("file"), bytes.subarray(0, bytes.length - 1));
  const cut = await Database.open(path("file"));
  expect(await caught(() => checkSchema(cut))).toMatchObject({
    code: "VAULT_CORRUPT",
  });
  await cut.close();
});

test("a store without a row in its table vault is refused", async () => {
  const database = await newStore();
  expect(await caught(() => database.read(readVaultRow))).toMatchObject({
    code: "VAULT_CORRUPT",
    message: expect.stringContaining("0 rows instead of one"),
  });
  await database.close();
});
