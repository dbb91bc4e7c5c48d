import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../../../src/store/database.ts";
import { checkSchema, createSchema } from "../../../src/store/schema.ts";
import { useTemporaryFolder } from "../vault/temporary-folder.ts";

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

test("the file says TKMS, version 1", async () => {
  await (await newStore()).close();
  const header = readFileSync(path("file"));
  expect(header.subarray(68, 72).toString()).toBe("TKMS");
  expect(header.readUInt32BE(60)).toBe(1);
});

test("the file holds what docs/vault-format.md says, to the letter", async () => {
  await (await newStore()).close();
  const document = readFileSync(join(import.meta.dir, "../../../docs/vault-format.md"), "utf8");
  const block = /```sql\n(.*)\n```/s.exec(document)?.[1] ?? "";
  const documented = block.split(/;\n?\n?/).filter((statement) => statement !== "");
  const stored = new Sqlite(path("file")).query("SELECT sql FROM sqlite_schema").values().flat() as string[];
  expect(stored.toSorted()).toEqual(documented.toSorted());
});
