import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { giveOwnCounter } from "../../../../src/store/sqlite/file-header.ts";
import { makeNewFile } from "../../../../src/store/sqlite/new-file.ts";
import { inspectVaultFile } from "../../../../src/store/sqlite/vault-file.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../../vault/caught.ts";
import { journalHeader, journalOf, superJournalName } from "./left-journal.ts";

// Another process is started.
setDefaultTimeout(30_000);

const path = useTemporaryFolder();
const write = (name: string, content: string | Uint8Array) =>
  writeFileSync(path(name), content, { mode: 0o600 });

/** A database of a few pages with numbers in it. */
async function makeDatabase(name = "file"): Promise<void> {
  write(name, "");
  const database = await Database.open(path(name));
  await database.transaction((session) => session.execute("CREATE TABLE thing (n INTEGER, t TEXT)"));
  for (const n of [1, 2, 3]) await add(database, n);
  await database.close();
  await giveOwnCounter(path(name));
}

const add = (database: Database, n: number) =>
  database.transaction((session) =>
    session.execute("INSERT INTO thing VALUES ($1, $2)", [n, "x".repeat(3000)]),
  );

async function addTo(name: string, n: number): Promise<void> {
  const database = await Database.open(path(name));
  await add(database, n);
  await database.close();
}

async function numbersIn(name = "file"): Promise<unknown[]> {
  const database = await Database.open(path(name));
  try {
    const rows = await database.read((session) => session.query("SELECT n FROM thing ORDER BY n"));
    return rows.map((row) => (row as { n: number }).n);
  } finally {
    await database.close();
  }
}

/** Everything in the folder with its content. */
const everything = () =>
  Object.fromEntries(readdirSync(path()).map((name) => [name, readFileSync(path(name)).toString("base64")]));

/** Expects that the file is refused for its journal and that nothing at all is changed. */
async function refused(why: RegExp): Promise<void> {
  const before = everything();
  const error = await caught(() => Database.open(path("file")));
  expect([error.code, error.message]).toEqual(["VAULT_CORRUPT", expect.stringMatching(why)]);
  expect(error.message).toContain(`${path("file")}-journal does not belong to the vault`);
  expect(error.hint).toContain(`mv ${path("file")}-journal ${path("file")}-journal.stale`);
  expect(everything()).toEqual(before);
}

/** A file before and after a change that made it longer. */
async function beforeAndAfter(): Promise<[before: Buffer, after: Buffer]> {
  await makeDatabase();
  const before = readFileSync(path("file"));
  await addTo("file", 4);
  const after = readFileSync(path("file"));
  expect(after.length).toBeGreaterThan(before.length);
  return [before, after];
}

describe("a journal that a crash left behind undoes the change that was broken off", () => {
  test.each([
    ["nothing of it was written", (before: Buffer) => before],
    ["all of it was written", (_: Buffer, after: Buffer) => after],
    [
      "the first page was written",
      (before: Buffer, after: Buffer) => Buffer.concat([after.subarray(0, 4096), before.subarray(4096)]),
    ],
    [
      "all but the first page was written, as after a power cut",
      (before: Buffer, after: Buffer) => Buffer.concat([before.subarray(0, 4096), after.subarray(4096)]),
    ],
  ])("when %s", async (_, mix) => {
    const [before, after] = await beforeAndAfter();
    write("file", mix(before, after));
    write("file-journal", journalOf(before));
    expect(await numbersIn()).toEqual([1, 2, 3]);
    expect(readFileSync(path("file")).equals(before)).toBe(true);
    expect(readdirSync(path())).toEqual(["file"]);
  });

  test("when the counter passes its end", async () => {
    await makeDatabase();
    const before = readFileSync(path("file"));
    for (const at of [24, 92]) before.writeUInt32BE(0xffffffff, at);
    write("file", before);
    await addTo("file", 4);
    expect(readFileSync(path("file")).readUInt32BE(24)).toBe(0);
    write("file-journal", journalOf(before));
    expect(await numbersIn()).toEqual([1, 2, 3]);
  });

  test("when the journal was not complete, so that the file is as it was", async () => {
    const [before] = await beforeAndAfter();
    write("file", before);
    write("file-journal", journalOf(before, undefined, { records: 0 }));
    expect(await numbersIn()).toEqual([1, 2, 3]);
  });

  test("when file and journal were moved together", async () => {
    const [before, after] = await beforeAndAfter();
    write("elsewhere", after);
    write("elsewhere-journal", journalOf(before));
    expect(await numbersIn("elsewhere")).toEqual([1, 2, 3]);
  });

  test.each([
    ["empty", Buffer.alloc(0)],
    ["over", Buffer.alloc(1024)],
    ["hardly begun", Buffer.from("d9d505f9", "hex")],
  ])("and one that is %s is nothing to undo", async (_, content) => {
    await makeDatabase();
    write("file-journal", content);
    expect(await numbersIn()).toEqual([1, 2, 3]);
    await addTo("file", 4);
    expect(readdirSync(path())).toEqual(["file"]);
  });
});

describe("a journal that does not belong to the file is refused, and nothing is changed:", () => {
  test("one that would cut the file to one page", async () => {
    await makeDatabase();
    write("file-journal", journalHeader({ records: 0, pagesBefore: 1, pageSize: 4096 }));
    await refused(/made for a file of 1 pages, the vault has \d/);
  });

  test("that of the crashed file in whose place a backup was put", async () => {
    const [before, after] = await beforeAndAfter();
    const database = await Database.open(path("file"));
    write("backup", "");
    await database.copyInto(path("backup"));
    await database.close();
    await giveOwnCounter(path("backup"));
    write("file", readFileSync(path("backup")));
    write("file-journal", journalOf(before));
    await refused(/made for another file/);
    // The crashed pair is whole, and so is the backup once the journal is out of its way.
    write("crashed", after);
    write("crashed-journal", readFileSync(path("file-journal")));
    expect(await numbersIn("crashed")).toEqual([1, 2, 3]);
    write("file", readFileSync(path("backup")));
    Bun.spawnSync(["mv", path("file-journal"), path("file-journal.stale")]);
    expect(await numbersIn()).toEqual([1, 2, 3, 4]);
  });

  test("that of another file which was made by the same statements", async () => {
    await makeDatabase();
    await makeDatabase("other");
    write("file-journal", journalOf(readFileSync(path("other"))));
    await refused(/made for another file/);
  });

  test.each([
    ["earlier", 0, 2],
    ["later", 2, 0],
  ])("that of an %s state of the file", async (_, ofJournal, ofFile) => {
    await makeDatabase();
    const states = [readFileSync(path("file"))];
    for (const n of [4, 5]) {
      await addTo("file", n);
      states.push(readFileSync(path("file")));
    }
    write("file", states[ofFile] ?? "");
    write("file-journal", journalOf(states[ofJournal] ?? Buffer.alloc(0)));
    await refused(/another file, or for another state of it|shorter than the file/);
  });

  test("one that is part of a change of several files", async () => {
    const [before] = await beforeAndAfter();
    write("file-journal", Buffer.concat([journalOf(before), superJournalName(path("super"))]));
    await refused(/change of several files/);
  });

  test("one without the file's first page", async () => {
    const [before] = await beforeAndAfter();
    write("file-journal", journalOf(before, [2, 3]));
    await refused(/does not hold the first page/);
  });

  test("one that was not synced", async () => {
    const [before] = await beforeAndAfter();
    write("file-journal", journalOf(before, undefined, { records: 0xffffffff }));
    await refused(/without being synced/);
  });

  test("one of other pages", async () => {
    const [before] = await beforeAndAfter();
    write("file-journal", journalOf(before, undefined, { pageSize: 1024 }));
    await refused(/pages have 1024 bytes, those of the vault 4096/);
  });

  test.each([
    ["cut short", (journal: Buffer) => journal.subarray(0, -1)],
    ["changed", (journal: Buffer) => journal.fill(1, 512 + 4 + 3896, 512 + 4 + 3897)],
    ["of pages that the file never had", (journal: Buffer) => journal.fill(0xff, 512, 515)],
    ["of no real sectors", (journal: Buffer) => journal.fill(3, 22, 23)],
  ])("one that is damaged: %s", async (_, damage) => {
    const [before] = await beforeAndAfter();
    write("file-journal", damage(journalOf(before)));
    await refused(/it is damaged/);
  });

  test("one that is no journal at all", async () => {
    await makeDatabase();
    write("file-journal", "notes of somebody".repeat(100));
    await refused(/not a journal of SQLite/);
  });

  test("one for a file that is shorter now", async () => {
    const [before] = await beforeAndAfter();
    write("file", before.subarray(0, -4096));
    write("file-journal", journalOf(before));
    await refused(/shorter than the file it was made for/);
  });
});

describe("what lies beside a file is refused like the file itself", () => {
  test.each(["-journal", "-wal", "-shm"])("when it is a link or a folder: %s", async (suffix) => {
    await makeDatabase();
    symlinkSync(path("elsewhere"), path(`file${suffix}`));
    expect((await caught(() => Database.open(path("file")))).message).toContain("is not a regular file");
    Bun.spawnSync(["rm", path(`file${suffix}`)]);
    mkdirSync(path(`file${suffix}`));
    expect((await caught(() => Database.open(path("file")))).message).toContain("is not a regular file");
  });

  test.each(["-journal", "-wal", "-shm"])("when others have access to it: %s", async (suffix) => {
    await makeDatabase();
    writeFileSync(path(`file${suffix}`), "");
    Bun.spawnSync(["chmod", "666", path(`file${suffix}`)]);
    const error = await caught(() => Database.open(path("file")));
    expect([error.code, error.hint]).toEqual([
      "VAULT_PERMISSIONS",
      `Run: chmod 600 ${path(`file${suffix}`)}`,
    ]);
  });

  test.skipIf(process.getuid?.() !== 0)("when it is another user's", async () => {
    await makeDatabase();
    write("file-journal", "");
    chownSync(path("file-journal"), 2002, 2002);
    const error = await caught(() => Database.open(path("file")));
    expect([error.code, error.message]).toEqual([
      "VAULT_PERMISSIONS",
      expect.stringContaining("belongs to user 2002"),
    ]);
  });

  test.each(["-wal", "-shm"])("when this program never makes it: %s", async (suffix) => {
    await makeDatabase();
    write(`file${suffix}`, "");
    const error = await caught(() => Database.open(path("file")));
    expect([error.code, error.message]).toEqual(["VAULT_CORRUPT", expect.stringContaining("never makes")]);
    expect(readFileSync(path(`file${suffix}`)).length).toBe(0);
  });

  test("also when it comes while the file is open", async () => {
    await makeDatabase();
    const database = await Database.open(path("file"));
    const before = readFileSync(path("file"));
    writeFileSync(path("file-journal"), journalHeader({ records: 0, pagesBefore: 1, pageSize: 4096 }));
    Bun.spawnSync(["chmod", "644", path("file-journal")]);
    const query = () => database.read((session) => session.query("SELECT n FROM thing"));
    for (const use of [query, () => add(database, 4), () => database.copyInto(path("copy"))]) {
      expect((await caught(use)).code).toBe("VAULT_PERMISSIONS");
    }
    expect(readFileSync(path("file")).equals(before)).toBe(true);
    Bun.spawnSync(["rm", path("file-journal")]);
    expect(await query()).toHaveLength(3);
    await database.close();
  });
});

describe("nothing is made beside left side files", () => {
  test.each(["-journal", "-wal", "-shm"])("%s", async (suffix) => {
    write(`file${suffix}`, "");
    const made = () => makeNewFile(path("file"), async () => undefined);
    for (const attempt of [made, () => inspectVaultFile(path("file"))]) {
      const error = await caught(attempt);
      expect([error.code, error.message]).toEqual([
        "FILE_EXISTS",
        expect.stringContaining(`There is no file ${path("file")}, but ${path("file")}${suffix}`),
      ]);
      expect(error.hint).toContain("along with it");
    }
    expect(readdirSync(path())).toEqual([`file${suffix}`]);
  });
});

describe("a file is refused before SQLite acts on it", () => {
  test("in write-ahead mode, saying how to end that", async () => {
    const other = new Sqlite(path("file"), { create: true });
    other.run("PRAGMA journal_mode = WAL");
    other.run("CREATE TABLE thing (n)");
    other.close();
    Bun.spawnSync(["chmod", "600", path("file")]);
    const error = await caught(() => Database.open(path("file")));
    expect([error.code, error.message]).toEqual([
      "VAULT_CORRUPT",
      expect.stringContaining("write-ahead mode"),
    ]);
    expect(error.hint).toContain(`sqlite3 ${path("file")} "PRAGMA journal_mode = DELETE"`);
    expect(existsSync(path("file-wal"))).toBe(false);
  });

  test.each([
    ["one long text", [`CREATE TABLE long (n DEFAULT '${"x".repeat(5000)}')`]],
    ["many tables", Array.from({ length: 200 }, (_, n) => `CREATE TABLE table_of_a_list_${n} (n)`)],
  ])("with a long list of tables: %s", async (_, statements) => {
    const other = new Sqlite(path("file"), { create: true });
    for (const statement of statements) other.run(statement);
    other.close();
    const error = await caught(() => Database.open(path("file")));
    expect([error.code, error.message]).toEqual(["VAULT_CORRUPT", expect.stringContaining("list of tables")]);
  });

  test("larger than any vault", async () => {
    await makeDatabase();
    truncateSync(path("file"), 65 * 1024 ** 3);
    const error = await caught(() => Database.open(path("file")));
    expect([error.code, error.message]).toEqual([
      "VAULT_CORRUPT",
      expect.stringContaining("more than any vault"),
    ]);
  });
});

test("a journal that another process is writing is not taken for a left one", async () => {
  await makeDatabase();
  const script = `
    const database = new (await import("bun:sqlite")).Database(${JSON.stringify(path("file"))});
    database.run("PRAGMA busy_timeout = 10000");
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      database.run("BEGIN IMMEDIATE");
      database.run("UPDATE thing SET t = ?", ["y".repeat(1 + Math.floor(Math.random() * 9000))]);
      database.run("COMMIT");
    }`;
  const other = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" });
  let opened = 0;
  while (other.exitCode === null) {
    expect(await numbersIn()).toEqual([1, 2, 3]);
    opened += 1;
    // Lets the end of the other process be noticed.
    await Bun.sleep(1);
  }
  expect([other.exitCode, await new Response(other.stderr).text()]).toEqual([0, ""]);
  expect(opened).toBeGreaterThan(0);
});
