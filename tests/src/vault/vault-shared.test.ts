/** Several processes, or several openings of one file, at the same time. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../../providers/secret.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "./caught.ts";
import { freshPassword, freshVault, reopen } from "./fresh-vault.ts";
import { openVaultAt } from "./vault-at.ts";

const path = useTemporaryFolder();
const record = { privateKey: "k", chain: "ETH", testnet: true };

async function twice(): Promise<[Vault, Vault]> {
  return [await freshVault(path("vault")), await reopen(path("vault"))];
}

function startAdding(name: string, count: number) {
  const script = join(import.meta.dir, "add-wallets.ts");
  return Bun.spawn([process.execPath, script, path("vault"), freshPassword.reveal(), name, `${count}`], {
    stderr: "inherit",
  });
}

test("two processes that add at the same time lose nothing", async () => {
  await (await freshVault(path("vault"))).close();
  const processes = [startAdding("a", 20), startAdding("b", 20)];
  expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0]);
  const vault = await reopen(path("vault"));
  const expected = ["a", "b"].flatMap((name) => Array.from({ length: 20 }, (_, n) => `${name} ${n}`));
  expect((await vault.wallets()).map(({ signatureId }) => signatureId).toSorted()).toEqual(
    expected.toSorted(),
  );
  expect(await vault.verify()).toEqual({
    generation: 41,
    wallets: 40,
    keySlots: 1,
  });
  await vault.close();
}, 20_000);

test("a backup made while another process writes is a whole vault", async () => {
  const vault = await freshVault(path("vault"));
  await vault.add([["first", record]]);
  const writer = startAdding("a", 40);
  const counts: number[] = [];
  while (writer.exitCode === null) {
    const { wallets, generation } = await vault.backup(path(`backup ${counts.length}`));
    // Each backup before this one was a change as well: the vault remembers it.
    expect(generation).toBe(wallets + 1 + counts.length);
    counts.push(wallets);
    await Bun.sleep(5);
  }
  expect(writer.exitCode).toBe(0);
  const last = counts.length - 1;
  const backup = await reopen(path(`backup ${last}`));
  expect(await backup.wallets()).toHaveLength(counts[last]!);
  expect(await backup.get("first")).toEqual(record);
  await backup.close();
  await vault.close();
}, 20_000);

test("a process that is killed while it adds leaves a whole vault", async () => {
  const vault = await freshVault(path("vault"));
  for (let round = 0; round < 5; round++) {
    const { generation } = vault;
    const writer = startAdding(`round ${round}`, 10_000);
    while (vault.generation < generation + 3) {
      await Bun.sleep(7);
      await vault.refresh();
    }
    await Bun.sleep(round);
    writer.kill("SIGKILL");
    await writer.exited;
    await vault.refresh();
    const { wallets } = await vault.verify();
    expect(vault.generation).toBe(wallets + 1);
  }
  await vault.close();
}, 30_000);

describe("a backup of a vault", () => {
  test("is remembered by the vault, with how many wallets were added since", async () => {
    const vault = await freshVault(path("vault"));
    await vault.add([["before", record]]);
    expect([vault.lastBackup, (await vault.status()).backedUpAt]).toEqual([undefined, undefined]);
    await vault.backup(path("backup"));
    await vault.add([["after", record]]);
    await vault.remove("before");
    await vault.close();
    const again = await reopen(path("vault"));
    expect(again.lastBackup).toEqual({ at: expect.any(Number), added: 1 });
    expect((await again.status()).backedUpAt).toBe(new Date(again.lastBackup?.at ?? 0).toISOString());
    await again.close();
  });

  test("replaces nothing", async () => {
    const [vault, other] = await twice();
    writeFileSync(path("backup"), "before");
    expect((await caught(() => vault.backup(path("backup")))).code).toBe("FILE_EXISTS");
    expect((await caught(() => vault.backup(path("vault")))).code).toBe("FILE_EXISTS");
    expect(readFileSync(path("backup"), "utf8")).toBe("before");
    await vault.close();
    await other.close();
  });
});

describe("what another process changed", () => {
  test("is there after a refresh, which tells whether there was anything", async () => {
    const [mine, other] = await twice();
    expect(await mine.refresh()).toBe(false);
    await other.add([
      ["first", record],
      ["second", record],
    ]);
    await other.remove("first");
    expect(await mine.refresh()).toBe(true);
    expect((await mine.wallets()).map(({ signatureId }) => signatureId)).toEqual(["second"]);
    expect([mine.generation, await mine.refresh()]).toEqual([other.generation, false]);
    await mine.close();
    await other.close();
  });

  test("is carried on from without a refresh", async () => {
    const [mine, other] = await twice();
    await other.add([["first", record]]);
    expect((await caught(() => mine.add([["first", record]]))).code).toBe("WALLET_EXISTS");
    await mine.add([["second", record]]);
    await other.add([["third", record]]);
    expect((await other.exportAll()).map(([signatureId]) => signatureId)).toEqual([
      "third",
      "second",
      "first",
    ]);
    expect(await mine.remove("third")).toBe(true);
    expect(await other.get("third")).toBeUndefined();
    expect(await mine.verify()).toEqual({
      generation: 5,
      wallets: 2,
      keySlots: 1,
    });
    await mine.close();
    await other.close();
  });

  test("may be the password", async () => {
    const [mine, other] = await twice();
    await other.changePassword(new Secret("new"));
    await mine.add([["first", record]]);
    expect(await other.get("first")).toEqual(record);
    await mine.close();
    await other.close();
    await (await openVaultAt(path("vault"), new Secret("new"))).close();
  });

  test("must not be a return to an earlier state", async () => {
    const [mine, other] = await twice();
    await other.add([["first", record]]);
    copyFileSync(path("vault"), path("earlier"));
    await other.remove("first");
    await mine.refresh();
    writeFileSync(path("vault"), readFileSync(path("earlier")));
    const error = await caught(() => mine.refresh());
    expect([error.code, error.message]).toEqual([
      "ROLLED_BACK",
      expect.stringContaining("rolled back from generation 3 to 2"),
    ]);
    await mine.close();
    await other.close();
  });

  test("must not be another content under the same generation", async () => {
    const [mine, other] = await twice();
    copyFileSync(path("vault"), path("earlier"));
    await other.add([["first", record]]);
    await mine.refresh();
    writeFileSync(path("vault"), readFileSync(path("earlier")));
    const branch = await reopen(path("vault"));
    await branch.add([["second", record]]);
    // So that SQLite notices the other file: it counts the changes of a file.
    await branch.store.transaction((session) =>
      session.execute("INSERT INTO document VALUES ($1, $1)", [Buffer.from("x")]),
    );
    expect((await caught(() => mine.refresh())).message).toContain("two different states of generation 2");
    for (const vault of [mine, other, branch]) await vault.close();
  });
});
