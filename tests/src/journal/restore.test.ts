import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { KmsError } from "../../../src/errors.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalScope } from "../../../src/journal/records.ts";
import { openUnchanged, type Restored, restoreVault } from "../../../src/journal/restore.ts";
import { backUpWhole, verifyWhole } from "../../../src/journal/whole-vault.ts";
import { Lease } from "../../../src/lease/lease.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

// Processes are started.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../../..");
const path = useTemporaryFolder();
const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };
const NOW = 1_700_000_000_000;
let vault: Vault;

async function see(id: string): Promise<void> {
  const journal = new Journal(vault, SCOPE);
  const transaction = { id, chain: "ETH", serializedTransaction: "{}", hashes: [], signatures: [] };
  await journal.move(journal.begin(transaction, "digest"), "seen");
}

/** A vault with a job, and a backup from before the second one. */
beforeEach(async () => {
  vault = await freshVault(path("vault"));
  await vault.add([["id", { privateKey: "k", chain: "ETH", testnet: true }]]);
  await see("before");
  await backUpWhole(vault, path("backup"));
  await see("lost");
});
afterEach(() => vault.close());

async function restore(
  from = path("backup"),
  confirmUnreadable = (problem: KmsError): Promise<void> => Promise.reject(problem),
): Promise<Restored> {
  const backup = await reopen(from);
  try {
    const target = { path: path("vault"), place: sqliteFile(path("vault")), confirmUnreadable, now: NOW };
    return await restoreVault(backup, target);
  } finally {
    await backup.close();
  }
}

async function jobsIn(
  file: string,
): Promise<{ readonly ids: string[]; readonly restoredAt: number | undefined }> {
  const opened = await reopen(file);
  try {
    await verifyWhole(opened);
    const journal = new Journal(opened, SCOPE);
    return { ids: (await journal.list("seen")).map(({ id }) => id).sort(), restoredAt: opened.restoredAt };
  } finally {
    await opened.close();
  }
}

describe("a backup that is restored", () => {
  test("takes the vault's place, marked, and the vault is kept under the name that is said", async () => {
    const before = readFileSync(path("backup"));
    const restored = await restore();
    expect(restored).toMatchObject({
      keptAs: path("vault.before-restore"),
      counts: { jobs: 1, wallets: 1 },
    });
    expect(await jobsIn(path("vault"))).toEqual({ ids: ["before"], restoredAt: NOW });
    expect(await jobsIn(path("vault.before-restore"))).toEqual({
      ids: ["before", "lost"],
      restoredAt: undefined,
    });
    expect(readFileSync(path("backup"))).toEqual(before);
    expect(statSync(path("vault")).mode & 0o777).toBe(0o600);
    expect(readdirSync(path(".")).sort()).toEqual(["backup", "vault", "vault.before-restore"]);
  });

  test("stays marked through changes until a person confirms it", async () => {
    await restore();
    const opened = await reopen(path("vault"));
    await opened.add([["next", { privateKey: "k", chain: "ETH", testnet: true }]]);
    expect([opened.restoredAt, (await opened.status()).restoredAt]).toEqual([
      NOW,
      new Date(NOW).toISOString(),
    ]);
    await opened.confirmRestored();
    expect([opened.restoredAt, (await opened.status()).restoredAt]).toEqual([undefined, undefined]);
    await opened.close();
  });

  test("never overwrites what was kept before", async () => {
    await restore();
    expect(await restore()).toMatchObject({ keptAs: path("vault.before-restore-2") });
    expect((await jobsIn(path("vault.before-restore"))).ids).toEqual(["before", "lost"]);
  });

  test("is told to whoever has the vault open", async () => {
    await restore();
    expect((await caught(() => see("next"))).message).toContain("removed or replaced while it was open");
    expect((await jobsIn(path("vault.before-restore"))).ids).toEqual(["before", "lost"]);
  });

  test("may be the file in the vault's place itself, where an older copy was put", async () => {
    copyFileSync(path("backup"), path("vault"));
    await restore(path("vault"));
    expect(await jobsIn(path("vault"))).toEqual({ ids: ["before"], restoredAt: NOW });
  });

  test("is put where there is no vault", async () => {
    await Bun.file(path("vault")).delete();
    expect(await restore()).toMatchObject({ keptAs: undefined });
    expect(await jobsIn(path("vault"))).toEqual({ ids: ["before"], restoredAt: NOW });
  });

  test("takes the place of a file that cannot be read once a person is sure, with the files beside it", async () => {
    writeFileSync(path("vault"), "SQLite format 3\0 and nothing else", { mode: 0o600 });
    writeFileSync(path("vault-journal"), "left", { mode: 0o600 });
    expect(await caught(restore)).toMatchObject({ code: "VAULT_CORRUPT" });
    expect(existsSync(path("vault.before-restore"))).toBe(false);
    await restore(path("backup"), async () => undefined);
    expect(readFileSync(path("vault.before-restore-journal"), "utf8")).toBe("left");
    expect(await jobsIn(path("vault"))).toEqual({ ids: ["before"], restoredAt: NOW });
  });
});

describe("nothing is changed", () => {
  let before = new Uint8Array();
  const isUnchanged = () => {
    expect(Uint8Array.from(readFileSync(path("vault")))).toEqual(before);
    expect(readdirSync(path(".")).filter((name) => /before-restore|\.new/.test(name))).toEqual([]);
  };
  const remember = () => {
    before = Uint8Array.from(readFileSync(path("vault")));
  };

  test("while a daemon holds a lease", async () => {
    const { store } = vault;
    const leaseKey = new Uint8Array(32).fill(7);
    const log = { info() {}, warn() {}, error() {}, debug() {} } as never;
    const lease = await Lease.take({ store, leaseKey, log, chain: "ETH" }, undefined, 300);
    expect(await caught(restore)).toMatchObject({ code: "VAULT_BUSY" });
    await lease?.release();
    remember();
    isUnchanged();
    await restore();
  });

  test("by a backup with a damaged row", async () => {
    remember();
    const backup = await reopen(path("backup"));
    await backup.store.transaction((session) => session.execute("UPDATE job SET sealed = zeroblob(64)"));
    await backup.close();
    expect(await caught(restore)).toMatchObject({ code: "JOURNAL" });
    isUnchanged();
  });

  test("by a backup beside which a rollback journal lies", async () => {
    writeFileSync(path("backup-journal"), "half a change", { mode: 0o600 });
    const failure = await caught(() => openUnchanged(path("backup"), sqliteFile(path("backup")), "restored"));
    expect(failure).toMatchObject({
      code: "VAULT_CORRUPT",
      message: expect.stringContaining("no finished backup"),
    });
  });

  test("where another vault lies", async () => {
    const other = await import("../vault/vault-at.ts");
    const { freshPassword } = await import("../vault/fresh-vault.ts");
    await (await other.createVaultAt(path("other"), freshPassword)).close();
    copyFileSync(path("other"), path("vault"));
    remember();
    expect(await caught(restore)).toMatchObject({ code: "WRONG_VAULT" });
    isUnchanged();
  });
});

describe("a crash", () => {
  test("after the vault got its second name leaves it in place, and the name is used again", async () => {
    linkSync(path("vault"), path("vault.before-restore"));
    expect((await jobsIn(path("vault"))).ids).toEqual(["before", "lost"]);
    expect(await restore()).toMatchObject({ keptAs: path("vault.before-restore") });
  });

  test("by kill -9 at any moment leaves a whole vault in place, and the older one is never lost", async () => {
    const script = `
      const { reopen } = await import("./tests/src/vault/fresh-vault.ts");
      const { restoreVault } = await import("./src/journal/restore.ts");
      const { sqliteFile } = await import("./src/store/sqlite/sqlite-store.ts");
      const place = sqliteFile(${JSON.stringify(path("vault"))});
      const target = { path: ${JSON.stringify(path("vault"))}, place, confirmUnreadable: async () => {} };
      for (let backup = await reopen(${JSON.stringify(path("backup"))}); ; ) {
        await restoreVault(backup, target);
        console.log("restored");
      }`;
    for (let round = 0; round < 8; round++) {
      const child = Bun.spawn([process.execPath, "-e", script], {
        cwd: root,
        stdout: "pipe",
        stderr: "inherit",
      });
      // The exchange of files goes on all the time from the first line on.
      await child.stdout.getReader().read();
      await Bun.sleep(7 * round);
      child.kill("SIGKILL");
      await child.exited;
      expect(await jobsIn(path("vault"))).toMatchObject({ ids: ["before"], restoredAt: expect.any(Number) });
    }
    expect((await jobsIn(path("vault.before-restore"))).ids).toEqual(["before", "lost"]);
    await restore();
  });
});
