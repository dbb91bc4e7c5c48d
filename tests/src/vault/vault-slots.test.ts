/** Key slots of an open vault: added, removed, bounded; and the way a vault is opened by their kinds. */
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { openVault } from "../../../src/journal/whole-vault.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import type { PreparedSlot, SlotOpener } from "../../../src/vault/key-slots/key-slot.ts";
import { makeKeySlot } from "../../../src/vault/key-slots/key-slot.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "./caught.ts";
import { freshPassword, freshVault, reopen } from "./fresh-vault.ts";
import { rememberingOpener } from "./remembering-opener.ts";
import { openVaultAt } from "./vault-at.ts";

const path = useTemporaryFolder();

/** A slot that whoever knows 64 bytes opens, without the costs of a password. */
function testSlot(secret = randomBytes(64)): {
  readonly make: PreparedSlot;
  readonly opener: SlotOpener;
} {
  const keys = () => ({
    encryptionKey: Uint8Array.from(secret.subarray(0, 32)),
    commitmentKey: Uint8Array.from(secret.subarray(32)),
  });
  return {
    make: (rootKey, slotId) => makeKeySlot(rootKey, { slotId, kind: "token", parameters: "{}" }, keys()),
    opener: {
      kind: "token",
      slotKeys: async () => keys(),
      refused: () => new Error("refused") as never,
    },
  };
}

const slotsOf = async (vault: Vault): Promise<string[]> =>
  (await vault.status()).slots.map(({ slotId, kind }) => `${slotId} ${kind}`);

describe("a key slot", () => {
  test("that is added opens the vault beside the others", async () => {
    const vault = await freshVault(path("vault"));
    const added = testSlot();
    await vault.add([["first", { chain: "ETH" }]]);
    expect(await vault.addSlot(added.make)).toBe(2);
    await vault.close();
    const other = await openVaultAt(path("vault"), added.opener);
    expect(await slotsOf(other)).toEqual(["1 password", "2 token"]);
    expect(await other.get("first")).toEqual({ chain: "ETH" });
    expect(await other.verify()).toMatchObject({ wallets: 1, keySlots: 2 });
    await other.close();
    await (await reopen(path("vault"))).close();
  });

  test("that is removed opens the vault no more", async () => {
    const vault = await freshVault(path("vault"));
    const added = testSlot();
    await vault.addSlot(added.make);
    await vault.removeSlot(2);
    await vault.close();
    expect((await caught(() => openVaultAt(path("vault"), added.opener))).code).toBe("CONFIGURATION");
  });

  test("changes the generation, and another process takes it over", async () => {
    const vault = await freshVault(path("vault"));
    const second = await reopen(path("vault"));
    await vault.addSlot(testSlot().make);
    expect([vault.generation, second.generation]).toEqual([2, 1]);
    expect(await second.refresh()).toBe(true);
    expect(await second.addSlot(testSlot().make)).toBe(3);
    await vault.removeSlot(3);
    expect([vault.generation, await slotsOf(second)]).toEqual([4, ["1 password", "2 token"]]);
    await vault.close();
    await second.close();
  });

  test("has the number after the highest, so that the number of a lower one does not come back", async () => {
    const vault = await freshVault(path("vault"));
    await vault.addSlot(testSlot().make);
    await vault.removeSlot(1);
    expect(await vault.addSlot(testSlot().make)).toBe(3);
    await vault.close();
  });

  test("that is the last one, or not there, is not removed", async () => {
    const vault = await freshVault(path("vault"));
    for (const slotId of [1, 2])
      expect((await caught(() => vault.removeSlot(slotId))).code).toBe("INVALID_INPUT");
    expect([vault.generation, await slotsOf(vault)]).toEqual([1, ["1 password"]]);
    await vault.close();
  });

  test("is one of sixteen at most", async () => {
    const vault = await freshVault(path("vault"));
    for (let count = 2; count <= 16; count++) await vault.addSlot(testSlot().make);
    expect(await caught(() => vault.addSlot(testSlot().make))).toMatchObject({
      code: "INVALID_INPUT",
      message: "A vault has at most 16 key slots.",
    });
    await vault.removeSlot(16);
    await vault.addSlot(testSlot().make);
    expect(await slotsOf(vault)).toHaveLength(16);
    await vault.close();
  });

  test("that somebody slipped into the file does not get into the vault with the next one", async () => {
    const vault = await freshVault(path("vault"));
    await vault.addSlot(testSlot().make);
    await vault.store.transaction((session) =>
      session.execute("UPDATE key_slot SET slot_id = 9 WHERE slot_id = 2", []),
    );
    expect((await caught(() => vault.addSlot(testSlot().make))).code).toBe("VAULT_CORRUPT");
    await vault.close();
  });

  test("of a token stays when the password is changed", async () => {
    const vault = await freshVault(path("vault"));
    const added = testSlot();
    await vault.addSlot(added.make);
    await vault.changePassword(freshPassword);
    expect(await slotsOf(vault)).toEqual(["2 token", "3 password"]);
    await vault.close();
    await (await openVaultAt(path("vault"), added.opener)).close();
  });

  test("of a password is not slipped in by a change of the password that the vault does not have", async () => {
    const vault = await freshVault(path("vault"));
    for (let count = 1; count <= 15; count++) await vault.addSlot(testSlot().make);
    await vault.removeSlot(1);
    const last = testSlot();
    await vault.addSlot(last.make);
    expect(await caught(() => vault.changePassword(freshPassword))).toMatchObject({
      code: "INVALID_INPUT",
      message: "The vault has no password that could be changed.",
    });
    await vault.close();
    const reopened = await openVaultAt(path("vault"), last.opener);
    expect(await slotsOf(reopened)).toHaveLength(16);
    await reopened.close();
  });
});

describe("opening a vault", () => {
  test("by the kinds of its slots tells them, and opens with what is chosen", async () => {
    const vault = await freshVault(path("vault"));
    const added = testSlot();
    await vault.addSlot(added.make);
    await vault.close();
    for (const opener of [added.opener, rememberingOpener(freshPassword)]) {
      let told: readonly string[] = [];
      const opened = await openVault(sqliteFile(path("vault")), async ({ slotKinds }) => {
        told = slotKinds;
        return opener;
      });
      expect(told).toEqual(["password", "token"]);
      await opened.close();
    }
  });

  test("is not held up by a choice that fails", async () => {
    await (await freshVault(path("vault"))).close();
    const failing = openVault(sqliteFile(path("vault")), async () => {
      throw new Error("nobody chose");
    });
    await expect(failing).rejects.toThrow("nobody chose");
    await (await reopen(path("vault"))).close();
  });
});
