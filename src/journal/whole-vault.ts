/** Checks and copies of a vault that cover its journal too. */
import type { Vault, VaultCounts } from "../vault/vault.ts";
import { Journal } from "./journal.ts";

/**
 * Opens every row of every table of a vault.
 * @throws KmsError `VAULT_CORRUPT`, `JOURNAL`, naming the row that is damaged
 */
export function verifyWhole(vault: Vault): Promise<VaultCounts> {
  return vault.verify((session) => new Journal(vault).check(session));
}

/**
 * Writes a copy of a vault of which every row of every table opens.
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_CORRUPT`, `JOURNAL`
 */
export function backUpWhole(vault: Vault, file: string): Promise<VaultCounts> {
  return vault.backup(file, (session) => new Journal(vault).check(session));
}
