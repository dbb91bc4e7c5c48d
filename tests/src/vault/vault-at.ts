/** Vaults in files, made and opened with a password or whatever opens a slot. */
import { Secret } from "../../../providers/secret.ts";
import { openVault } from "../../../src/journal/whole-vault.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import type { SlotOpener } from "../../../src/vault/key-slots/key-slot.ts";
import { passwordOpener, preparePasswordSlot } from "../../../src/vault/key-slots/password-slot.ts";
import { createVault } from "../../../src/vault/sealed-vault.ts";
import type { Vault } from "../../../src/vault/vault.ts";

export async function createVaultAt(path: string, password: Secret): Promise<Vault> {
  return createVault(sqliteFile(path), preparePasswordSlot(password));
}

export function openVaultAt(path: string, key: Secret | SlotOpener): Promise<Vault> {
  return openVault(sqliteFile(path), async () => (key instanceof Secret ? passwordOpener(key) : key));
}
