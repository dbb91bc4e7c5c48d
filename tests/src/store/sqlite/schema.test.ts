import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { checkSchema, createSchema } from "../../../../src/store/sqlite/schema.ts";
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

test("the store's file says TKMS, version 1", async () => {
  await (await newStore()).close();
  const header = readFileSync(path("file"));
  expect(header.subarray(68, 72).toString()).toBe("TKMS");
  expect(header.readUInt32BE(60)).toBe(1);
});

test("the file holds what docs/vault-format.md says, to the letter", async () => {
  await (await newStore()).close();
  const document = readFileSync(join(import.meta.dir, "../../../../docs/vault-format.md"), "utf8");
  const block = /```sql\n(.*)\n```/s.exec(document)?.[1] ?? "";
  const documented = block.split(/;\n?\n?/).filter((statement) => statement !== "");
  const stored = new Sqlite(path("file")).query("SELECT sql FROM sqlite_schema").values().flat() as string[];
  expect(stored.toSorted()).toEqual(documented.toSorted());
});

test.each(["job", "lane", "wallet"])("a store without its table %s is refused by name", async (table) => {
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
});

test("a store that was cut short is refused", async () => {
  const database = await newStore();
  await database.close();
  const bytes = readFileSync(path("file"));
  writeFileSync(path("file"), bytes.subarray(0, bytes.length - 1));
  const cut = await Database.open(path("file"));
  expect(await caught(() => checkSchema(cut))).toMatchObject({ code: "VAULT_CORRUPT" });
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
