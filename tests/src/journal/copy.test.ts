import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type CopyTarget, cancelCopy, copyVault } from "../../../src/journal/copy.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { type JournalScope, leaseKeyOf } from "../../../src/journal/records.ts";
import { openVault, verifyWhole } from "../../../src/journal/whole-vault.ts";
import { Lease } from "../../../src/lease/lease.ts";
import { createLog } from "../../../src/operations/log.ts";
import { formatPostgresAddress } from "../../../src/store/postgres/address.ts";
import { postgresDatabase } from "../../../src/store/postgres/postgres-store.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import { differingTable } from "../../../src/store/tables/copy.ts";
import { readVaultRow } from "../../../src/store/tables/vault.ts";
import { preparePasswordSlot } from "../../../src/vault/key-slots/password-slot.ts";
import { createVault } from "../../../src/vault/sealed-vault.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { usePostgres } from "../../postgres-server.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshPassword, freshVault } from "../vault/fresh-vault.ts";
import { rememberingOpener } from "../vault/remembering-opener.ts";

// A server is started.
setDefaultTimeout(60_000);

const server = usePostgres();
const path = useTemporaryFolder();
const opener = rememberingOpener(freshPassword);
const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };
/** More than one page of rows, and rows in more than one statement. */
const JOBS = 230;

const opened: Vault[] = [];
let vault: Vault;

const transaction = (id: string) => ({
  ...{ id, chain: "ETH", serializedTransaction: "{}", hashes: [], signatures: [] },
});

async function see(of: Vault, ...ids: readonly string[]): Promise<void> {
  const journal = new Journal(of, SCOPE);
  await Promise.all(ids.map((id) => journal.move(journal.begin(transaction(id), "digest"), "seen")));
}

beforeEach(async () => {
  vault = await freshVault(path("vault"));
  opened.push(vault);
  await vault.add([
    ["kept", { privateKey: "k", chain: "ETH", testnet: true }],
    ["other", { mnemonic: "m", chain: "BTC", xpub: "x" }],
  ]);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function openedAt({ at }: Pick<CopyTarget, "at">): Promise<Vault> {
  const one = await openVault(at, async () => opener);
  opened.push(one);
  return one;
}

const file = (name: string): CopyTarget => ({ place: path(name), at: sqliteFile(path(name)) });

async function database(): Promise<CopyTarget> {
  const access = await server.newDatabase();
  return { place: formatPostgresAddress(access.address), at: postgresDatabase(access) };
}

/** What a copy has to hold: each wallet with its secret, each job, and what a full check counts. */
async function contentOf(one: Vault) {
  const wallets = await one.wallets();
  const journal = new Journal(one, SCOPE);
  return {
    identity: one.identity,
    records: await Promise.all(wallets.map(({ signatureId }) => one.get(signatureId))),
    wallets,
    jobs: (await journal.list("seen")).sort((a, b) => a.id.localeCompare(b.id)),
    journals: await one.store.read((session) => one.journals.listedJournals(session)),
    counts: { ...(await verifyWhole(one)), generation: 0 },
  };
}

const isSame = (one: Vault, other: Vault): Promise<string | undefined> =>
  one.store.read((session) => other.store.read((second) => differingTable(session, second)));

describe("a vault", () => {
  test("comes from a file into a database and back with every record, wallet and job", async () => {
    await see(vault, ...Array.from({ length: JOBS }, (_, number) => `job-${number}`));
    const before = await contentOf(vault);
    const told: string[] = [];
    const shared = await database();
    const records = await copyVault(vault, shared, (step, done, all) => told.push(`${step} ${done}/${all}`));
    expect(records).toBeGreaterThan(JOBS);
    expect(told.slice(-1)).toEqual([`compared ${records}/${records}`]);
    expect(told).toContain(`copied ${records}/${records}`);
    const inDatabase = await openedAt(shared);
    expect(await contentOf(inDatabase)).toEqual(before);
    expect(await isSame(vault, inDatabase)).toBeUndefined();

    const back = file("back");
    expect(await copyVault(inDatabase, back)).toBe(records);
    const inFile = await openedAt(back);
    expect(await contentOf(inFile)).toEqual(before);
    expect(await isSame(inDatabase, inFile)).toBeUndefined();
    await see(inFile, "after");
  });

  test("has another manifest in the copy, of a later generation and without the mark", async () => {
    const shared = await database();
    await copyVault(vault, shared);
    const copy = await openedAt(shared);
    const { generation } = await copy.status();
    expect(await copy.status()).not.toHaveProperty("movedTo");
    const original = await vault.status();
    expect(original.movedTo).toBe(shared.place);
    expect(generation).toBeGreaterThan(original.generation);
    const rows = await Promise.all([vault, copy].map((one) => one.store.read(readVaultRow)));
    expect(rows[0]?.vaultId).toEqual(rows[1]?.vaultId as Uint8Array);
  });
});

describe("the original", () => {
  test("is refused by whoever has it open or opens it, with the name of the new store", async () => {
    await see(vault, "a");
    const byAnother = await openedAt(file("vault"));
    await byAnother.wallets();
    const shared = await database();
    await copyVault(vault, shared);
    const later = await openedAt(file("vault"));
    for (const one of [byAnother, later]) {
      const attempts = [
        () => one.wallets(),
        () => one.get("kept"),
        () => one.signatureIds("ETH", "testnet"),
        () => one.add([["new", { privateKey: "n", chain: "ETH", testnet: true }]]),
        () => see(one, "b"),
        () => verifyWhole(one),
      ];
      for (const attempt of attempts) {
        expect(await caught(attempt)).toMatchObject({
          code: "VAULT_MOVED",
          message: expect.stringContaining(shared.place),
          hint: expect.stringContaining("way back"),
        });
      }
    }
  });
});

test("a daemon that stood still while the vault was copied can write nothing into the original", async () => {
  const byDaemon = await openedAt(file("vault"));
  const log = createLog({ write: () => undefined });
  const subject = { store: byDaemon.store, leaseKey: leaseKeyOf(byDaemon, SCOPE), chain: "ETH", log };
  const lease = await Lease.take(subject, undefined, 3_600_000);
  const journal = new Journal(byDaemon, SCOPE, { fence: lease });
  await journal.move(journal.begin(transaction("a"), "digest"), "seen");
  // As long silent as nobody lives who renews it.
  await vault.store.transaction((session) =>
    session.execute("UPDATE lease SET duration = 300, holder = $1", [new Uint8Array(16)]),
  );
  await copyVault(vault, await database());
  const write = (through: Journal) => through.move(through.begin(transaction("b"), "digest"), "seen");
  expect(await caught(() => write(journal))).toMatchObject({ code: "LEASE_LOST" });
  await lease?.release();
});

test("a command that was at work when the vault was copied changes nothing of the journal of the original", async () => {
  const byCommand = await openedAt(file("vault"));
  const journal = new Journal(byCommand, SCOPE);
  const job = await journal.move(journal.begin(transaction("a"), "digest"), "seen");
  await copyVault(vault, await database());
  expect(await caught(() => journal.move(job, "parked", { problem: "by a person" }))).toMatchObject({
    code: "VAULT_MOVED",
  });
});

describe("nothing is changed", () => {
  async function refused(target: CopyTarget) {
    const error = await caught(() => copyVault(vault, target));
    const again = await openedAt(file("vault"));
    expect(again.marked.movedTo).toBeUndefined();
    expect(await again.wallets()).toHaveLength(2);
    return error;
  }

  test("while a daemon holds a lease", async () => {
    const log = createLog({ write: () => undefined });
    const subject = { store: vault.store, leaseKey: leaseKeyOf(vault, SCOPE), chain: "ETH", log };
    const lease = await Lease.take(subject, undefined, 1000);
    // As one of another machine, of which it cannot be seen whether it lives.
    expect((await refused(await database())).code).toBe("VAULT_BUSY");
    await lease?.release();
  });

  test("where another vault is", async () => {
    const shared = await database();
    await (await createVault(shared.at, preparePasswordSlot(freshPassword))).close();
    expect(await refused(shared)).toMatchObject({ code: "WRONG_VAULT" });
  });
});

describe("a copy that was broken off", () => {
  async function brokenOff(target: CopyTarget, step: "copied" | "compared"): Promise<void> {
    const crash = (at: string): void => {
      if (at === step) throw new Error("killed");
    };
    const failure = await copyVault(vault, target, crash).catch((error: unknown) => error);
    expect(failure).toEqual(new Error("killed"));
  }

  test.each(["copied", "compared"] as const)(
    "when the first record was %s is made by the next try",
    async (step) => {
      await see(vault, "a", "b");
      const shared = await database();
      await brokenOff(shared, step);
      expect(await caught(() => openedAt(shared))).toMatchObject({ code: "NO_WALLET_FILE" });
      const again = await openedAt(file("vault"));
      expect(await caught(() => again.wallets())).toMatchObject({ code: "VAULT_MOVED" });
      await copyVault(again, shared);
      expect(await isSame(again, await openedAt(shared))).toBeUndefined();
      // The answer of the last step may have been lost as well.
      expect(await copyVault(again, shared)).toBeUndefined();
    },
  );

  test("goes to no other place, and can be given up", async () => {
    const shared = await database();
    await brokenOff(shared, "copied");
    const again = await openedAt(file("vault"));
    expect(await caught(() => copyVault(again, file("elsewhere")))).toMatchObject({ code: "VAULT_MOVED" });
    await cancelCopy(again, shared);
    const free = await openedAt(file("vault"));
    expect(await free.wallets()).toHaveLength(2);
    expect(await caught(() => cancelCopy(free, shared))).toMatchObject({ code: "USAGE" });
  });

  test("is not given up by another while it is being made: both would be worked with", async () => {
    const byAnother = await openedAt(file("vault"));
    const shared = await database();
    let givenUp: ReturnType<typeof caught> | undefined;
    await copyVault(vault, shared, (step) => {
      if (step === "compared") givenUp ??= caught(() => cancelCopy(byAnother, shared));
    });
    expect(await givenUp).toMatchObject({ code: "FILE_EXISTS" });
    const later = await openedAt(file("vault"));
    expect(await caught(() => later.wallets())).toMatchObject({ code: "VAULT_MOVED" });
  });

  test("is not given up once it is complete, nor made again over what was done there since", async () => {
    const shared = await database();
    await copyVault(vault, shared);
    expect(await caught(() => cancelCopy(vault, shared))).toMatchObject({ code: "FILE_EXISTS" });
    await see(await openedAt(shared), "since");
    expect(await caught(() => copyVault(vault, shared))).toMatchObject({ code: "FILE_EXISTS" });
    expect(await caught(() => cancelCopy(vault, shared))).toMatchObject({ code: "FILE_EXISTS" });
  });
});
