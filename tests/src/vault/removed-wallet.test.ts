/** A removed wallet stays sealed in the vault until its time is over: it can be restored, and nothing else is done with it. */
import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Secret } from "../../../providers/secret.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import type { WalletRecord } from "../../../src/vault/wallet-record.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "./caught.ts";
import { freshVault, reopen } from "./fresh-vault.ts";
import { openVaultAt } from "./vault-at.ts";
import { goodKitFiles, unpack } from "./vault-kit.ts";

const path = useTemporaryFolder();
const record: WalletRecord = { privateKey: "k", chain: "ETH", testnet: true, odd: 2n ** 70n };
const names = { label: "Till", groups: ["shop"], firstAddress: "0xabc" };
const DAY = 86_400_000;

async function vaultWithout(signatureId: string, until: number | undefined): Promise<Vault> {
  const vault = await freshVault(path("vault"));
  await vault.add([
    [signatureId, record, names],
    ["stays", { ...record, privateKey: "other" }],
  ]);
  expect(await vault.remove(signatureId, until)).toBe(true);
  return vault;
}

const removedIds = async (vault: Vault) =>
  (await vault.directory.removed()).map(({ signatureId }) => signatureId);

test("it is told with what may be said of it and how long it stays, and is no wallet", async () => {
  const until = Date.now() + DAY;
  await (await vaultWithout("gone", until)).close();
  const vault = await reopen(path("vault"));
  const [removed] = await vault.directory.removed();
  expect(removed).toMatchObject({ signatureId: "gone", kind: "private-key", ...names, until });
  expect(removed?.removedAt).toBeGreaterThan(until - 2 * DAY);
  expect(Bun.inspect(removed)).not.toContain("privateKey:");
  expect((await vault.wallets()).map(({ signatureId }) => signatureId)).toEqual(["stays"]);
  expect(await vault.get("gone")).toBeUndefined();
  expect(await vault.directory.find({ label: "Till" })).toEqual([]);
  expect((await vault.exportAll()).map(([signatureId]) => signatureId)).toEqual(["stays"]);
  expect((await vault.verify()).wallets).toBe(1);
  await vault.close();
});

test("restored, it is what it was, and the newest wallet, also for who had the vault open", async () => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  const other = await reopen(path("vault"));
  await other.wallets();
  const created = (await vault.directory.removed())[0]?.createdAt;
  expect(await vault.directory.restore("gone")).toBe(true);
  expect(await vault.get("gone")).toEqual(record);
  expect(await vault.directory.get("gone")).toMatchObject({ ...names, createdAt: created });
  expect(await removedIds(vault)).toEqual([]);
  await other.refresh();
  expect((await other.wallets()).map(({ signatureId }) => signatureId)).toEqual(["gone", "stays"]);
  expect(await vault.directory.restore("gone")).toBe(false);
  await vault.verify();
  for (const one of [vault, other]) await one.close();
});

test("a backup keeps it", async () => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  await vault.backup(path("copy"));
  await vault.close();
  const copy = await reopen(path("copy"));
  await copy.directory.restore("gone");
  expect(await copy.get("gone")).toEqual(record);
  await copy.close();
});

test.each([
  ["its time is over", (vault: Vault) => vault.directory.purge(Date.now() + DAY + 1)],
  ["somebody says so", (vault: Vault) => vault.directory.forget("gone")],
])("it is gone for good when %s", async (_, forget) => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  const before = await vault.directory.removed();
  expect(before).toHaveLength(1);
  expect(await vault.directory.purge(Date.now() + DAY / 2)).toBe(0);
  await forget(vault);
  expect(await removedIds(vault)).toEqual([]);
  expect(await vault.directory.restore("gone")).toBe(false);
  await vault.verify();
  await vault.close();
  const rows = new Sqlite(path("vault")).query("SELECT sealed FROM removed_wallet").all() as {
    sealed: Uint8Array;
  }[];
  expect(rows.map(({ sealed }) => sealed.length < 400)).toEqual([true]);
});

test("nothing of its sealed bytes stays in the file once it is gone", async () => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  const sealed = (
    new Sqlite(path("vault")).query("SELECT sealed FROM removed_wallet").get() as { sealed: Uint8Array }
  ).sealed;
  expect(readFileSync(path("vault")).includes(sealed.subarray(0, 64))).toBe(true);
  await vault.directory.forget("gone");
  await vault.close();
  expect(readFileSync(path("vault")).includes(sealed.subarray(0, 64))).toBe(false);
});

test("removed without a time it is gone at once, and so is one whose time is over before the look", async () => {
  const vault = await vaultWithout("gone", undefined);
  expect(await removedIds(vault)).toEqual([]);
  await vault.remove("stays", Date.now() - 1);
  expect(await removedIds(vault)).toEqual([]);
  expect(await vault.directory.restore("stays")).toBe(false);
  await vault.close();
});

test("another wallet with its signature ID does not take its place; the same one does", async () => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  expect((await caught(() => vault.add([["gone", { ...record, privateKey: "new" }]]))).code).toBe(
    "WALLET_EXISTS",
  );
  expect(await removedIds(vault)).toEqual(["gone"]);
  await vault.add([["gone", record]]);
  expect(await removedIds(vault)).toEqual([]);
  await vault.verify();
  await vault.close();
});

/** By somebody who can write the file. */
function takeAway(): void {
  using database = new Sqlite(path("vault"));
  database.run("DELETE FROM removed_wallet");
}

test.each<[string, (vault: Vault) => Promise<unknown>]>([
  ["vault verify", (vault) => vault.verify()],
  ["a backup", (vault) => vault.backup(path("copy"))],
  ["the start of a daemon", (vault) => vault.wallets()],
  ["the list of removed wallets", (vault) => vault.directory.removed()],
  ["wallet restore", (vault) => vault.directory.restore("gone")],
  ["its end", (vault) => vault.directory.forget("gone")],
])("that it was deleted from the file is noticed by %s", async (_, look) => {
  await (await vaultWithout("gone", Date.now() + DAY)).close();
  takeAway();
  const vault = await reopen(path("vault"));
  const error = await caught(() => look(vault));
  expect([error.code, error.message]).toEqual(["VAULT_CORRUPT", expect.stringContaining("removed wallet")]);
  await vault.close();
});

test("one that is gone for good is not brought back with the row of before", async () => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  using database = new Sqlite(path("vault"));
  const before = database.query("SELECT sealed FROM removed_wallet").get() as { sealed: Uint8Array };
  await vault.directory.forget("gone");
  database.run("UPDATE removed_wallet SET sealed = ?", [before.sealed]);
  expect((await caught(() => vault.directory.restore("gone"))).code).toBe("VAULT_CORRUPT");
  expect((await caught(() => vault.verify())).code).toBe("VAULT_CORRUPT");
  await vault.close();
});

test("in a vault that was made before the manifest spoke of it, it is watched from the next change on", async () => {
  const old = goodKitFiles.find(({ format, says }) => format === 2 && (says?.removed?.length ?? 0) > 0);
  if (old === undefined) throw new Error("No file of the kit has a removed wallet.");
  const vault = await openVaultAt(unpack(old, path("vault")), new Secret(old.password));
  await vault.verify();
  await vault.add([["more", record]]);
  await vault.verify();
  takeAway();
  expect((await caught(() => vault.verify())).code).toBe("VAULT_CORRUPT");
  await vault.close();
});

test("whatever is done with removed wallets, one after another, the manifest agrees", async () => {
  const vault = await vaultWithout("gone", Date.now() + DAY);
  const steps: (() => Promise<unknown>)[] = [
    () => vault.remove("stays", Date.now() + DAY),
    () => vault.directory.restore("gone"),
    () => vault.remove("gone", Date.now() + DAY),
    () => vault.directory.forget("gone"),
    () => vault.add([["gone", record]]),
    () => vault.remove("gone"),
    () => vault.directory.restore("stays"),
    () => vault.remove("stays", Date.now() - 1),
    () => vault.directory.purge(),
    () => vault.merge([["stays", record]], [], async () => undefined),
  ];
  for (const step of steps) {
    await step();
    expect((await vault.verify()).generation).toBe(vault.generation);
  }
  await vault.close();
});
