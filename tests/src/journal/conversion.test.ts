import { Database as Sqlite } from "bun:sqlite";
import { beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../../providers/secret.ts";
import { findJob } from "../../../src/journal/inspect.ts";
import { type Job, jobStates } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalScope } from "../../../src/journal/records.ts";
import { ClaimTaken } from "../../../src/journal/refusals.ts";
import { openVault, verifyWhole } from "../../../src/journal/whole-vault.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import { schemaStatements1 } from "../../../src/store/tables/statements.ts";
import { passwordOpener } from "../../../src/vault/key-slots/password-slot.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import type { WalletEntry } from "../../../src/vault/wallet-changes.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { journalOf } from "../store/sqlite/left-journal.ts";
import { caught } from "../vault/caught.ts";
import { rememberingOpener } from "../vault/remembering-opener.ts";
import { isRoot, makeReadOnly, onSmallDisk } from "../vault/small-disk.ts";
import { openVaultAt } from "../vault/vault-at.ts";
import { readKitJson, unpack } from "../vault/vault-kit.ts";

// Argon2, and processes are started.
setDefaultTimeout(60_000);

/** What the vault of format 1 holds; see the kit's README. */
interface Fixture {
  readonly password: string;
  readonly wallets: readonly WalletEntry[];
  readonly jobs: readonly (Omit<Job, "key"> & { readonly key: string })[];
  readonly accounts: readonly (JournalScope & {
    readonly account: string;
    readonly used: readonly (readonly [string, string])[];
  })[];
}

const fixture = readKitJson("format-1/journal.json") as Fixture;
const opener = rememberingOpener(new Secret(fixture.password));
const open = (file: string) => openVaultAt(file, opener);

const path = useTemporaryFolder();
const copy = () => path("vault.format-1");
let before: Buffer<ArrayBuffer>;

beforeEach(() => {
  before = readFileSync(unpack({ format: 1, file: "journal.vault" }, path("vault")));
});

/** Runs a statement on a file, as somebody with a database program could. */
function sql(statement: string, file = path("vault")): void {
  const database = new Sqlite(file);
  database.run(statement);
  database.close();
}

function rowsOf(file: string): Record<string, unknown> {
  const database = new Sqlite(file, { readonly: true });
  const query = (statement: string) => database.query(statement).values();
  const tables = ["sqlite_schema", "vault", "key_slot", "wallet", "job", "lane", "lease"];
  const rows = Object.fromEntries(tables.map((table) => [table, query(`SELECT * FROM ${table}`)]));
  const versions = ["application_id", "user_version", "integrity_check"].map((name) =>
    query(`PRAGMA ${name}`),
  );
  database.close();
  // Where the root page of a table is, is the file's own affair.
  const schema = rows["sqlite_schema"]!.map(([type, name, table, , text]) => [type, name, table, text]);
  return { ...rows, sqlite_schema: schema, versions };
}

/** The account whose numbers were all given back is gone. */
const counts = { wallets: 3, keySlots: 1, jobs: 11, accounts: 1, claims: 4, quarantined: 0 };

async function expectWhole(vault: Vault): Promise<void> {
  expect(await verifyWhole(vault)).toEqual({ generation: 4, ...counts });
  expect(await vault.exportAll()).toEqual(fixture.wallets as [string, Record<string, never>][]);
}

describe("a vault of format 1 is converted:", () => {
  test("it holds all its wallets in their order, and every row opens", async () => {
    const vault = await open(path("vault"));
    await expectWhole(vault);
    await vault.close();
    const again = await open(path("vault"));
    await expectWhole(again);
    await again.close();
    expect(readdirSync(path()).toSorted()).toEqual(["vault", "vault.format-1"]);
  });

  test("its jobs, in every state that there is, are as they were", async () => {
    expect(new Set(fixture.jobs.map(({ state }) => state))).toEqual(new Set(jobStates));
    const vault = await open(path("vault"));
    for (const { key, ...job } of fixture.jobs)
      expect(await findJob(vault, job.id)).toEqual({ ...job, key: Buffer.from(key, "hex") } as Job);
    await vault.close();
  });

  test("numbers that were used stay used", async () => {
    const vault = await open(path("vault"));
    for (const { account, used, ...scope } of fixture.accounts) {
      const { ranges } = await new Journal(vault, scope).usedSequences(account);
      expect(ranges.map((range) => range.map(String))).toEqual(used.map((range) => [...range]));
    }
    await vault.close();
  });

  test("a transaction that two of its jobs have is no third one's", async () => {
    const vault = await open(path("vault"));
    const journal = new Journal(vault, { chain: "BTC", network: "mainnet" });
    const transaction = {
      id: "third",
      chain: "BTC",
      serializedTransaction: "{}",
      hashes: [],
      signatures: [],
    };
    const job = journal.approved(journal.begin(transaction, "cd".repeat(32)));
    const signed = { payload: "p", transactionId: "tx-a", filledIn: {} };
    const refusal = await caught(async () =>
      journal.recordSigned(job, signed, await journal.usedSequences("none")),
    );
    expect(refusal).toBeInstanceOf(ClaimTaken);
    await vault.close();
  });

  test("a copy of it as it was lies beside it, and that can be opened in its place", async () => {
    const rows = rowsOf(path("vault"));
    const notes: string[] = [];
    const converted: boolean[] = [];
    const vault = await openVault(sqliteFile(path("vault")), async () => opener, {
      note: (text) => notes.push(text),
      onProgress: (done, total) => converted.push(done === total),
    });
    await vault.close();
    expect(notes).toEqual([expect.stringContaining(copy())]);
    expect(converted.indexOf(true)).toBe(converted.length - 1);
    expect(rowsOf(copy())).toEqual(rows);
    expect((rows["sqlite_schema"] as string[][]).map((row) => row[3]).toSorted()).toEqual(
      [...schemaStatements1].toSorted(),
    );
    const old = await open(copy());
    await expectWhole(old);
    await old.close();
  });

  test("a copy of an earlier conversion is left alone", async () => {
    writeFileSync(copy(), "another file");
    await (await open(path("vault"))).close();
    expect(readFileSync(copy(), "utf8")).toBe("another file");
    expect(existsSync(`${copy()}-2`)).toBe(true);
  });
});

describe("a row that is damaged ends the conversion, and nothing is changed:", () => {
  const zeros = "sealed = zeroblob(length(sealed))";
  test.each([
    [
      "a wallet",
      `UPDATE wallet SET ${zeros} WHERE record_id = (SELECT max(record_id) FROM wallet)`,
      /wallet record/,
    ],
    [
      "a wallet that is missing",
      "DELETE FROM wallet WHERE record_id = (SELECT max(record_id) FROM wallet)",
      /1 wallet is/,
    ],
    ["a job", `UPDATE job SET ${zeros} WHERE state = 'sent'`, /job record .*does not open/],
    [
      "a job of another state",
      "UPDATE job SET state = 'seen' WHERE state = 'sent'",
      /job record .*does not open/,
    ],
    [
      "a job of no state",
      "UPDATE job SET state = 'paid' WHERE state = 'sent'",
      /job row has an unexpected state/,
    ],
    [
      "a job of another account",
      "UPDATE job SET lane_key = zeroblob(32) WHERE state = 'done'",
      /another account/,
    ],
    ["an account", `UPDATE lane SET ${zeros}`, /account record .*do not open/],
    ["an account whose jobs are missing", "DELETE FROM job WHERE lane_key IS NOT NULL", /belongs to no job/],
    ["a manifest", "UPDATE vault SET manifest = zeroblob(100)", /manifest does not open/],
  ])("%s", async (_what, statement, names) => {
    sql(statement);
    const damaged = rowsOf(path("vault"));
    const error = await caught(() => open(path("vault")));
    expect([error.code, error.message]).toEqual(["VAULT_CORRUPT", expect.stringMatching(names)]);
    expect(rowsOf(path("vault"))).toEqual(damaged);
    expect(readdirSync(path())).toEqual(["vault"]);
  });
});

describe("a daemon of the older version", () => {
  const lease = (holder: string) => `INSERT INTO lease VALUES (1, ${holder}, 7, 0, 300, 0)`;

  test.each([
    ["renews its lease", "UPDATE lease SET renewals = renewals + 1"],
    ["takes the lease anew", "UPDATE lease SET epoch = epoch + 1"],
  ])("that %s keeps the vault as it is", async (_what, sign) => {
    sql(lease("randomblob(16)"));
    const renewing = setInterval(() => sql(sign), 50);
    const error = await caught(() => open(path("vault"))).finally(() => clearInterval(renewing));
    expect(error).toMatchObject({ code: "VAULT_BUSY", hint: expect.stringContaining("Stop that daemon") });
    expect(readdirSync(path())).toEqual(["vault"]);
    sql("DELETE FROM lease");
    await (await open(path("vault"))).close();
  });

  test.each([
    ["that is dead", "randomblob(16)"],
    ["that gave its lease back", "NULL"],
  ])("%s does not", async (_what, holder) => {
    sql(lease(holder));
    const vault = await open(path("vault"));
    await expectWhole(vault);
    await vault.close();
  });
});

describe("two commands at the same time:", () => {
  test("who comes second finds the vault converted, and makes no copy", async () => {
    const second = await openVault(sqliteFile(path("vault")), async () => {
      await (await open(path("vault"))).close();
      return opener;
    });
    await expectWhole(second);
    await second.close();
    expect(readdirSync(path()).toSorted()).toEqual(["vault", "vault.format-1"]);
  });

  test("both open it", async () => {
    const keys = await slotKeys();
    const outcomes = await Promise.all([1, 2, 3].map(() => finished(startConversion(keys))));
    for (const outcome of outcomes) expect(outcome).toContain(JSON.stringify({ generation: 4, ...counts }));
  });
});

/** The keys of the fixture's slot, in hexadecimal, so that no other process pays for Argon2. */
async function slotKeys(): Promise<string> {
  const database = new Sqlite(path("vault"), { readonly: true });
  const [parameters] = database.query("SELECT parameters FROM key_slot").values()[0] as [string];
  database.close();
  const keys = await passwordOpener(new Secret(fixture.password)).slotKeys(1, parameters);
  if (keys === undefined) throw new Error("The slot of the fixture is not opened by its password.");
  return Buffer.concat([keys.encryptionKey, keys.commitmentKey]).toString("hex");
}

function startConversion(keys: string) {
  const script = join(import.meta.dir, "convert-vault.ts");
  return Bun.spawn([process.execPath, script, path("vault"), keys], { stdout: "pipe", stderr: "pipe" });
}

async function finished(child: ReturnType<typeof startConversion>): Promise<string> {
  const [stdout, stderr] = [await new Response(child.stdout).text(), await new Response(child.stderr).text()];
  return `${stdout}${stderr}`;
}

describe("a crash", () => {
  test("at any moment leaves a vault that opens to all that it held", async () => {
    const keys = await slotKeys();
    const whole = startConversion(keys);
    const reader = whole.stdout.getReader();
    await reader.read();
    const start = performance.now();
    while (!(await reader.read()).done);
    const duration = performance.now() - start;
    const formats = new Set<number>();
    for (let round = 0; round < 20; round++) {
      for (const name of readdirSync(path())) rmSync(path(name));
      writeFileSync(path("vault"), before, { mode: 0o600 });
      const child = startConversion(keys);
      await child.stdout.getReader().read();
      await Bun.sleep(duration * Math.random());
      child.kill("SIGKILL");
      await child.exited;
      formats.add(readFileSync(path("vault")).readUInt32BE(60));
      const vault = await open(path("vault"));
      await expectWhole(vault);
      await vault.close();
    }
    expect([...formats].every((format) => format === 1 || format === 2)).toBe(true);
  });

  test.each([
    ["after all pages were written", (after: Buffer) => after],
    [
      "after the first page was",
      (after: Buffer) => Buffer.concat([after.subarray(0, 4096), before.subarray(4096)]),
    ],
    [
      "within the first page",
      (after: Buffer) => Buffer.concat([before.subarray(0, 512), after.subarray(512)]),
    ],
  ])("%s is undone, and the vault converted again", async (_when, written) => {
    await (await open(path("vault"))).close();
    writeFileSync(path("vault"), written(readFileSync(path("vault"))));
    writeFileSync(path("vault-journal"), journalOf(before), { mode: 0o600 });
    const vault = await open(path("vault"));
    await expectWhole(vault);
    await vault.close();
    expect(existsSync(`${copy()}-2`)).toBe(true);
  });
});

describe.skipIf(!isRoot)("a vault on a disk, which root alone mounts, that", () => {
  test("is read-only is left alone, and it is said what to do", async () => {
    await onSmallDisk(path("disk"), 64, async () => {
      writeFileSync(path("disk", "vault"), before, { mode: 0o600 });
      makeReadOnly(path("disk"));
      const error = await caught(() => open(path("disk", "vault")));
      expect(error).toMatchObject({
        code: "CANNOT_WRITE",
        message: expect.stringMatching(/has to be converted to format 2.*nothing was changed.*read-only/),
        hint: expect.stringContaining("--path"),
      });
    });
  });

  test("is short is converted or left as it was", async () => {
    const rows = rowsOf(path("vault"));
    const outcomes = new Set<string>();
    for (let spare = 0; spare <= 40; spare += 4) {
      await onSmallDisk(path("disk"), before.length / 4096 + spare, async () => {
        writeFileSync(path("disk", "vault"), before, { mode: 0o600 });
        const outcome = await open(path("disk", "vault")).catch((error: unknown) => error as Error);
        outcomes.add("code" in outcome ? String(outcome.code) : "ok");
        if ("code" in outcome) {
          expect(rowsOf(path("disk", "vault"))).toEqual(rows);
          expect(readdirSync(path("disk"))).toEqual(["vault"]);
        } else {
          await expectWhole(outcome as Vault);
          await (outcome as Vault).close();
        }
      });
    }
    expect(outcomes).toEqual(new Set(["CANNOT_WRITE", "ok"]));
  });
});
