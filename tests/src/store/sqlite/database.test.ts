import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { ownerOnly } from "../../../../src/store/sqlite/access.ts";
import { Database } from "../../../../src/store/sqlite/database.ts";
import type { Session } from "../../../../src/store/store.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../../vault/caught.ts";

const path = useTemporaryFolder();

async function emptyDatabase(name = "file", patience?: number): Promise<Database> {
  writeFileSync(path(name), "", { mode: 0o600 });
  const database = await Database.open(path(name), ownerOnly, patience);
  await database.transaction((session) => session.execute("CREATE TABLE thing (n INTEGER)"));
  return database;
}

const count = (database: Database) =>
  database.read(async (session) => (await session.query("SELECT n FROM thing")).length);

const insert = (database: Database, n: number) =>
  database.transaction((session) => session.execute("INSERT INTO thing VALUES ($1)", [n]));

test.each([
  "a b",
  "50%",
  "%3F",
  "a?mode=memory",
  "h#1",
  "ü\u0301密🔐",
  "it's",
  "a&b=c",
  "back\\slash",
  "new\nline",
])("the store opens exactly the file %j", async (name) => {
  const database = await emptyDatabase(name);
  await database.close();
  expect(readdirSync(path())).toEqual([name]);
  expect(new Sqlite(path(name)).query("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "thing" }]);
});

test("the store does not make a file", async () => {
  expect((await caught(() => Database.open(path("missing")))).code).toBe("CANNOT_READ");
  expect(existsSync(path("missing"))).toBe(false);
});

test.each([
  ["journal_mode", "delete"],
  ["synchronous", 3],
  // Of the ten seconds that another process is waited for, those in which nothing else is done.
  ["busy_timeout", 50],
  ["foreign_keys", 1],
  ["trusted_schema", 0],
  ["secure_delete", 1],
  ["cell_size_check", 1],
  ["temp_store", 2],
  ["cache_spill", 0],
])("the store sets %s to %p", async (setting, value) => {
  const database = await emptyDatabase();
  const [row] = await database.read((session) => session.query(`PRAGMA ${setting}`));
  await database.close();
  expect(Object.values(row as object)).toEqual([value]);
});

test("a random file is a damaged vault", async () => {
  writeFileSync(path("file"), `SQLite format 3\0${"x".repeat(5000)}`);
  expect((await caught(() => Database.open(path("file")))).code).toBe("VAULT_CORRUPT");
});

describe("a transaction", () => {
  test("changes nothing when the work in it fails", async () => {
    const database = await emptyDatabase();
    const failure = database.transaction(async (session) => {
      await session.execute("INSERT INTO thing VALUES (1)");
      throw new Error("no");
    });
    await expect(failure).rejects.toThrow("no");
    expect(await count(database)).toBe(0);
    await database.close();
  });

  test("changes nothing when a statement in it fails", async () => {
    const database = await emptyDatabase();
    await caught(() =>
      database.transaction(async (session) => {
        await session.execute("INSERT INTO thing VALUES (1)");
        await session.execute("INSERT INTO nothing VALUES (1)");
      }),
    );
    expect(await count(database)).toBe(0);
    await database.close();
  });

  test("does not mix with others that run at the same time", async () => {
    const database = await emptyDatabase();
    const attempts = Array.from({ length: 20 }, (_, n) =>
      database.transaction(async (session) => {
        await session.execute("INSERT INTO thing VALUES ($1)", [n]);
        await Bun.sleep(n % 3);
        if (n % 2 === 0) throw new Error("rolled back");
      }),
    );
    const outcomes = await Promise.allSettled([...attempts, count(database)]);
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(10);
    expect(await count(database)).toBe(10);
    await database.close();
  });

  test("is refused inside another one instead of waiting for itself", async () => {
    const database = await emptyDatabase();
    const error = await caught(() => database.transaction(() => database.read(async () => undefined)));
    expect(error.code).toBe("INTERNAL");
    expect(await count(database)).toBe(0);
    await database.close();
  });

  test("cannot be used after its end", async () => {
    const database = await emptyDatabase();
    const session = await database.transaction(async (session) => session);
    expect((await caught(() => session.query("SELECT 1"))).code).toBe("INTERNAL");
    await database.close();
  });

  test("tells that another process keeps the file locked", async () => {
    const database = await emptyDatabase("file", 20);
    const other = new Sqlite(path("file"));
    other.run("BEGIN IMMEDIATE");
    const error = await caught(() => database.transaction(async () => undefined));
    expect([error.code, error.exitStatus]).toEqual(["VAULT_BUSY", 75]);
    other.run("ROLLBACK");
    await database.transaction((session) => session.execute("INSERT INTO thing VALUES (1)"));
    expect(await count(database)).toBe(1);
    await database.close();
  });
});

test("copies a consistent state while another process is writing", async () => {
  const database = await emptyDatabase();
  await database.transaction((session) => session.execute("INSERT INTO thing VALUES (1)"));
  const other = new Sqlite(path("file"));
  other.run("BEGIN IMMEDIATE");
  other.run("INSERT INTO thing VALUES (2)");
  writeFileSync(path("copy?"), "");
  await database.copyInto(path("copy?"));
  other.run("COMMIT");
  await database.close();
  expect(new Sqlite(path("copy?")).query("SELECT n FROM thing").all()).toEqual([{ n: 1 }]);
});

test("what was deleted from the store is overwritten", async () => {
  const database = await emptyDatabase();
  await database.transaction((session) => session.execute("CREATE TABLE note (t TEXT)"));
  await database.transaction((session) =>
    session.execute("INSERT INTO note VALUES ($1)", ["deleted-content"]),
  );
  await database.transaction((session) => session.execute("DELETE FROM note"));
  await database.close();
  expect(await Bun.file(path("file")).text()).not.toContain("deleted-content");
});

describe("changes that wait at the same time", () => {
  /** The change counter of the file grows by one with each commit that changes it. */
  const commits = () => readFileSync(path("file")).readUInt32BE(24);
  test("share one commit", async () => {
    const database = await emptyDatabase();
    const before = commits();
    await Promise.all(Array.from({ length: 50 }, (_, n) => insert(database, n)));
    expect([await count(database), commits() - before]).toEqual([50, 1]);
    await database.close();
  });

  test("are on disk when the first of them is told so", async () => {
    const database = await emptyDatabase();
    await Promise.race(Array.from({ length: 10 }, (_, n) => insert(database, n)));
    expect(new Sqlite(path("file"), { readonly: true }).query("SELECT n FROM thing").all()).toHaveLength(10);
    await database.close();
  });

  test("see what those before them did, but not what one of them undid", async () => {
    const database = await emptyDatabase();
    const seen = async (session: Session) => [...(await session.query("SELECT n FROM thing"))];
    const [, undone, last] = await Promise.allSettled([
      insert(database, 1),
      database.transaction(async (session) => {
        await session.execute("INSERT INTO thing VALUES (2)");
        throw new Error("undone");
      }),
      database.transaction(seen),
    ]);
    expect(undone.status).toBe("rejected");
    expect(last).toMatchObject({ value: [{ n: 1 }] });
    await database.close();
  });

  test("fail together when their commit fails", async () => {
    const database = await emptyDatabase("file", 20);
    const other = new Sqlite(path("file"));
    // A reader keeps the commit waiting, which gives up after a while.
    other.run("BEGIN");
    other.query("SELECT n FROM thing").all();
    const ends = await Promise.allSettled([insert(database, 1), insert(database, 2)]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    other.run("COMMIT");
    expect(await count(database)).toBe(0);
    await insert(database, 3);
    expect(await count(database)).toBe(1);
    await database.close();
  });
});

test("a change is not mixed with an older copy that another program writes over the file meanwhile", async () => {
  const database = await emptyDatabase();
  const older = readFileSync(path("file"));
  await database.transaction((session) => session.execute("INSERT INTO thing VALUES (1)"));
  // Longer than the clock of any file system needs to go on.
  await Bun.sleep(50);
  const failure = await caught(() =>
    database.transaction(async (session) => {
      await session.execute("INSERT INTO thing VALUES (2)");
      writeFileSync(path("file"), older);
    }),
  );
  expect(failure).toMatchObject({ code: "VAULT_CORRUPT" });
  expect(failure.message).toContain("overwritten by another program");
  expect(readFileSync(path("file"))).toEqual(older);
  await database.close();
});

/** Another process that took a lock and was halted; what it does once it goes on. */
async function haltedProcess(begin: string) {
  const script = `
    import { Database } from "bun:sqlite";
    const database = new Database(${JSON.stringify(path("file"))});
    database.run(${JSON.stringify(begin)});
    if (${JSON.stringify(begin)} === "BEGIN") database.query("SELECT n FROM thing").all();
    else database.run("INSERT INTO thing VALUES (1)");
    console.log("locked");
    for await (const _ of console) break;
    database.run("COMMIT");`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  await child.stdout.getReader().read();
  child.kill("SIGSTOP");
  const goOn = async (): Promise<void> => {
    child.kill("SIGCONT");
    child.stdin.write("\n");
    await child.stdin.end();
    await child.exited;
  };
  return { pid: child.pid, goOn };
}

describe.if(existsSync("/proc/locks"))("a process that is stopped inside of a transaction", () => {
  test.each([
    ["that writes", "BEGIN IMMEDIATE", 2],
    ["that commits", "BEGIN EXCLUSIVE", 2],
    ["that reads", "BEGIN", 1],
  ])("%s is named with what to do, and holds up nothing else", async (_, begin, rows) => {
    const database = await emptyDatabase("file", 300);
    const { pid, goOn } = await haltedProcess(begin);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const error = await caught(() => insert(database, 2));
    clearInterval(timer);
    await goOn();
    expect([error.code, error.hint]).toEqual(["VAULT_BUSY", expect.stringContaining(`kill -CONT ${pid}`)]);
    expect(error.message).toContain(`process ${pid} (${basename(process.execPath)}), which is stopped`);
    expect(turns).toBeGreaterThan(2);
    await insert(database, 2);
    expect(await count(database)).toBe(rows);
    await database.close();
  });
});
