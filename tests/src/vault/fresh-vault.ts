import { readFileSync, writeFileSync } from "node:fs";
import { Secret } from "../../../providers/secret.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { rememberingOpener } from "./remembering-opener.ts";
import { createVaultAt, openVaultAt } from "./vault-at.ts";

/** The password of all fresh vaults. */
export const freshPassword = new Secret("a password");
const opener = rememberingOpener(freshPassword);

async function makeTemplate(): Promise<Uint8Array> {
  using folder = new TemporaryFolder();
  await (await createVaultAt(folder.at("vault"), freshPassword)).close();
  return readFileSync(folder.at("vault"));
}

let template: Promise<Uint8Array> | undefined;

/** Puts a vault without wallets at a path and opens it, without paying for Argon2 each time. */
export async function freshVault(path: string): Promise<Vault> {
  template ??= makeTemplate();
  writeFileSync(path, await template, { mode: 0o600 });
  return reopen(path);
}

/** Opens a fresh vault once more. */
export function reopen(path: string): Promise<Vault> {
  return openVaultAt(path, opener);
}
