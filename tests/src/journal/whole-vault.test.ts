import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalScope } from "../../../src/journal/records.ts";
import { leaseKeyOf } from "../../../src/journal/records.ts";
import { UsedSequences } from "../../../src/journal/sequences.ts";
import { backUpWhole, verifyWhole } from "../../../src/journal/whole-vault.ts";
import { mostBytes } from "../../../src/store/tables/bounds.ts";
import { readLeaseRow } from "../../../src/store/tables/lease.ts";
import { readVaultRow, updateManifest } from "../../../src/store/tables/vault.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

// Processes are started.
setDefaultTimeout(30_000);

const root = join(import.meta.dir, "../../..");
const path = useTemporaryFolder();
let vault: Vault;
const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };

/** A vault with a wallet, a job that was only seen, and one that was signed with a sequence number. */
beforeEach(async () => {
  vault = await freshVault(path("vault"));
  await vault.add([["id", { privateKey: "k", chain: "ETH", testnet: true }]]);
  const journal = new Journal(vault, SCOPE);
  const transaction = { chain: "ETH", serializedTransaction: "{}", hashes: [], signatures: [] };
  await journal.move(journal.begin({ ...transaction, id: "seen" }, "digest"), "seen");
  const job = journal.begin({ ...transaction, id: "signed" }, "digest");
  const sequence = { account: "0xa", number: 7n };
  const signed = { payload: "0x", transactionId: "0x1", filledIn: {}, sequence };
  await journal.recordSigned(journal.approved(job), signed, UsedSequences.none());
});
afterEach(() => vault.close());

const change = (statement: string) =>
  vault.store.transaction(async (session) => expect(await session.execute(statement)).toBeGreaterThan(0));

test("every row of every table of the vault is counted", async () => {
  const counts = { wallets: 1, keySlots: 1, jobs: 2, accounts: 1 };
  expect(await verifyWhole(vault)).toMatchObject(counts);
  expect(await backUpWhole(vault, path("backup"))).toMatchObject(counts);
  const backup = await reopen(path("backup"));
  expect(await verifyWhole(backup)).toMatchObject(counts);
  await backup.close();
});

const zeros = "zeroblob(length(sealed))";
const anyJob = /job record [0-9a-f]{64} \(state "\w+", revision \d+\)/;

describe("a damaged row is named, and no backup is made of it:", () => {
  test.each([
    ["zeros in a job that was signed", `UPDATE job SET sealed = ${zeros} WHERE state = 'sent'`, anyJob],
    ["zeros in a job that was seen", `UPDATE job SET sealed = ${zeros} WHERE state = 'seen'`, anyJob],
    ["a job of another state", "UPDATE job SET state = 'done' WHERE state = 'sent'", anyJob],
    ["a job of no state", "UPDATE job SET state = 'paid' WHERE state = 'sent'", /state that there is not/],
    ["a job of another revision", "UPDATE job SET revision = 5 WHERE state = 'sent'", anyJob],
    ["a job under another key", "UPDATE job SET job_key = zeroblob(32) WHERE state = 'seen'", anyJob],
    ["a job of no account", "UPDATE job SET lane_key = NULL WHERE state = 'sent'", /names another account/],
    ["a job of another account", "UPDATE job SET lane_key = job_key", /names another account/],
    ["zeros in an account", `UPDATE lane SET sealed = ${zeros}`, /account record [0-9a-f]{64}/],
    ["an account under another key", "UPDATE lane SET lane_key = zeroblob(32)", /account record 0{64}/],
    ["a key that is too short", "UPDATE lane SET lane_key = x'00'", /lane row has an unexpected laneKey/],
    ["a wallet", `UPDATE wallet SET sealed = ${zeros}`, /wallet record [0-9a-f]{64} does not open/],
    ["a key slot", "UPDATE key_slot SET checksum = zeroblob(32)", /key slot/],
  ])("%s", async (_, statement, message) => {
    await change(statement);
    for (const attempt of [() => verifyWhole(vault), () => backUpWhole(vault, path("backup"))]) {
      expect((await caught(attempt)).message).toMatch(message);
    }
    expect(existsSync(path("backup"))).toBe(false);
  });
});

describe("a journal that was taken away is missed:", () => {
  const OTHER: JournalScope = { chain: "BTC", network: "mainnet" };
  const transaction = { chain: "BTC", serializedTransaction: "{}", hashes: [], signatures: [] };
  const useOther = async () => {
    const journal = new Journal(vault, OTHER);
    return journal.move(journal.begin({ ...transaction, id: "other" }, "digest"), "seen");
  };
  const takeAway = (scope: JournalScope, ...tables: readonly string[]) =>
    vault.store.transaction(async (session) => {
      for (const table of tables)
        await session.execute(`DELETE FROM ${table} WHERE lease_key = $1`, [leaseKeyOf(vault, scope)]);
    });

  test("its row and all that it describes", async () => {
    await takeAway(SCOPE, "journal", "job", "lane", "claim");
    const missing = /journal of testnet ETH is missing/;
    for (const attempt of [() => verifyWhole(vault), () => backUpWhole(vault, path("backup"))])
      expect(await caught(attempt)).toMatchObject({
        code: "VAULT_CORRUPT",
        message: expect.stringMatching(missing),
      });
    const start = new Journal(vault, SCOPE);
    for (const attempt of [
      () => start.find("signed"),
      () => start.move(start.begin({ ...transaction, chain: "ETH", id: "new" }, "digest"), "seen"),
    ])
      expect((await caught(attempt)).message).toMatch(missing);
  });

  test("one of two, while the other goes on", async () => {
    await useOther();
    await takeAway(SCOPE, "journal", "job", "lane", "claim");
    expect((await caught(() => verifyWhole(vault))).message).toMatch(/testnet ETH is missing/);
    expect(await new Journal(vault, OTHER).find("other")).toMatchObject({ state: "seen" });
  });

  test("or put where none was begun", async () => {
    const before = await vault.store.read(readVaultRow);
    await useOther();
    await vault.store.transaction((session) => updateManifest(session, before.manifest));
    const again = await reopen(path("vault"));
    expect((await caught(() => verifyWhole(again))).message).toMatch(/does not list the journal record/);
    const error = await caught(() => new Journal(again, OTHER).find("other"));
    expect(error.message).toMatch(/a journal of mainnet BTC that the manifest does not list/);
    await again.close();
  });

  test("which costs one change of the manifest for each journal, and none for a job", async () => {
    const generation = async () => (await vault.verify()).generation;
    const before = await generation();
    for (const id of ["a", "b", "c"]) {
      const journal = new Journal(vault, SCOPE);
      await journal.move(journal.begin({ ...transaction, chain: "ETH", id }, "digest"), "seen");
    }
    expect(await generation()).toBe(before);
    const job = await useOther();
    await new Journal(vault, OTHER).move(job, "seen");
    expect(await generation()).toBe(before + 1);
  });

  test("and when its first change is refused, it was not begun", async () => {
    const journal = new Journal(vault, OTHER);
    const refused = journal.under({ assertHeld: async () => Promise.reject(new Error("no lease")) });
    const first = journal.begin({ ...transaction, id: "other" }, "digest");
    const [lost, added] = await Promise.allSettled([refused.move(first, "seen"), useOther()]);
    expect([lost.status, added.status]).toEqual(["rejected", "fulfilled"]);
    await vault.add([["next", { privateKey: "k", chain: "ETH", testnet: true }]]);
    await verifyWhole(vault);
  });
});

test("a backup holds no lease, neither a daemon's nor one that nobody wrote", async () => {
  const insert = "INSERT INTO lease VALUES (zeroblob(32), zeroblob(16), 9007199254740991, 0, 15000, 0)";
  await vault.store.transaction((session) => session.execute(insert));
  await backUpWhole(vault, path("backup"));
  const backup = await reopen(path("backup"));
  expect(
    await backup.store.read((session) => readLeaseRow(session, leaseKeyOf(backup, SCOPE))),
  ).toBeUndefined();
  await verifyWhole(backup);
  await backup.close();
});

test("times that are none make a job due and quiet, not unreadable", async () => {
  await change("UPDATE job SET attempt_at = 9223372036854775807, updated_at = -5");
  const job = await new Journal(vault, SCOPE).find("seen");
  expect(job).toMatchObject({ attemptAt: 0, updatedAt: 8_640_000_000_000_000 });
  expect(await verifyWhole(vault)).toMatchObject({ jobs: 2 });
});

test("an account with as many gaps as are kept is read", async () => {
  let used = UsedSequences.none();
  const far = 10n ** 77n;
  for (let gap = 0n; gap < 1000n; gap++) used = used.with(far + 2n * gap);
  await new Journal(vault, SCOPE).changeSequences("0xa", () => used);
  const read = await new Journal(vault, SCOPE).usedSequences("0xa");
  expect(read.firstUnused(far)).toBe(far + 1n);
  expect(await verifyWhole(vault)).toMatchObject({ accounts: 1 });
});

describe("a value longer than it may be is refused without being read:", () => {
  const LONG = 100_000_000;
  const columns = Object.entries(mostBytes)
    .filter(([table]) => table !== "lease")
    .flatMap(([table, bounds]) => Object.keys(bounds).map((column) => [table, column] as const));

  test.each(columns)("%s.%s", async (table, column) => {
    const isText = ["kind", "parameters", "state"].includes(column);
    const value = isText ? `CAST(zeroblob(${LONG}) AS TEXT)` : `zeroblob(${LONG})`;
    const where = table === "job" ? "WHERE state = 'sent'" : "";
    // In processes of their own, so that their memory can be measured.
    const run = async (script: string) => {
      const child = Bun.spawn([process.execPath, "-e", script], {
        cwd: root,
        stdout: "pipe",
        stderr: "pipe",
      });
      expect([await child.exited, await new Response(child.stderr).text()]).toEqual([0, ""]);
      return (await new Response(child.stdout).text()).trim();
    };
    await run(`
      const { Database } = await import("bun:sqlite");
      const database = new Database(${JSON.stringify(path("vault"))});
      database.run("INSERT INTO removed_wallet VALUES (zeroblob(32), 1, zeroblob(29))");
      database.run("INSERT INTO address VALUES (zeroblob(32), zeroblob(32))");
      database.run("INSERT INTO document VALUES (zeroblob(32), zeroblob(29))");
      if (database.run("UPDATE ${table} SET ${column} = ${value} ${where}").changes === 0) throw new Error("no row");`);
    const before = await peakOf("missing", run);
    const [outcome, peak] = await peakOf("vault", run);
    expect(outcome).toContain(`a ${table} row has a ${column} that is longer than any`);
    expect(peak - before[1]).toBeLessThan(LONG / 4);
  });

  async function peakOf(name: string, run: (script: string) => Promise<string>): Promise<[string, number]> {
    const answer = await run(`
      const { sqliteFile } = await import("./src/store/sqlite/sqlite-store.ts");
      const outcome = await sqliteFile(${JSON.stringify(path(name))}).open()
        .then((store) => store.check())
        .catch(({ message }) => message);
      console.log(JSON.stringify([String(outcome), process.resourceUsage().maxRSS * 1024]));`);
    return JSON.parse(answer) as [string, number];
  }
});

test("every column of bytes or text of the vault has a bound", async () => {
  const rows = await vault.store.read((session) =>
    session.query(
      `SELECT m.name AS "table", p.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) p
       WHERE m.type = 'table' AND p.type IN ('BLOB', 'TEXT')`,
    ),
  );
  const bounded = Object.entries(mostBytes).flatMap(([table, bounds]) =>
    Object.keys(bounds).map((column) => ({ table, column })),
  );
  expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
    new Set(bounded.map((column) => JSON.stringify(column))),
  );
});
