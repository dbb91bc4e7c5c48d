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

const templates = new Map<string, Promise<Uint8Array>>();

/**
 * Puts a vault without wallets at a path and opens it, without paying for Argon2 each time.
 * @param which those of one name are copies of one vault
 */
export async function freshVault(path: string, which = "usual"): Promise<Vault> {
  const template = templates.get(which) ?? makeTemplate();
  templates.set(which, template);
  writeFileSync(path, await template, { mode: 0o600 });
  return reopen(path);
}

/** Opens a fresh vault once more. */
export function reopen(path: string): Promise<Vault> {
  return openVaultAt(path, opener);
}
