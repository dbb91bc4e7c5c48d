import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { AccessRules } from "../../providers/support/trusted-folder.ts";
import { explainFileError } from "../file-error.ts";
import { checkFolders } from "../store/sqlite/access.ts";
import { Database } from "../store/sqlite/database.ts";
import { giveOwnCounter } from "../store/sqlite/file-header.ts";
import { makeNewFile } from "../store/sqlite/new-file.ts";
import { createSchema, formatVersion } from "../store/sqlite/schema.ts";
import { syncToDisk } from "../store/sqlite/sync-to-disk.ts";
import { insertKeySlotRow, type KeySlotRow } from "../store/tables/key-slot.ts";
import { insertVaultRow } from "../store/tables/vault.ts";
import { sealManifest, slotsHash } from "./manifest.ts";
import type { RootKey } from "./root-key.ts";

/**
 * Makes the file of a vault without wallets, mode 0600, and its directory, mode 0700, if there is none.
 *
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_PERMISSIONS`
 */
export async function createVaultFile(
  path: string,
  rootKey: RootKey,
  slot: KeySlotRow,
  access: AccessRules,
): Promise<void> {
  checkFolders(path, access);
  await makeDirectory(dirname(resolve(path)));
  await makeNewFile(path, (temporaryFile) => fill(temporaryFile, rootKey, slot));
}

/** Made with all that are missing above it, and kept by the disk: or a power cut would take the vault with its directory. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    const first = await mkdir(directory, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = directory; made.length >= first.length; made = dirname(made))
      await syncToDisk(dirname(made));
  } catch (error) {
    throw explainFileError("CANNOT_WRITE", `The directory ${directory} cannot be made`, error);
  }
}

async function fill(file: string, rootKey: RootKey, slot: KeySlotRow): Promise<void> {
  const manifest = { generation: 1, count: 0, digest: 0n, slots: slotsHash(rootKey, [slot]) };
  const database = await Database.open(file);
  try {
    await createSchema(database);
    await database.transaction(async (session) => {
      await insertVaultRow(session, {
        formatVersion,
        vaultId: rootKey.vaultId,
        manifest: sealManifest(rootKey, manifest),
      });
      await insertKeySlotRow(session, slot);
    });
  } finally {
    await database.close();
  }
  await giveOwnCounter(file);
}
