/**
 * The original wallet files that migrations kept beside a vault. Their encryption is weak (MD5, one round), so that each is a
 * way around the vault; they are deleted only when the vault is proven to hold every wallet of them.
 */
import { lstat, readdir, realpath, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { explainFileError, KmsError } from "../../errors.ts";
import { syncToDisk } from "../../store/sqlite/new-file.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import type { Vault } from "../vault.ts";
import { named } from "./import-wallets.ts";
import type { ImportedWallet } from "./imported-wallets.ts";

/** As {@link migrateInPlace} names them. */
const KEPT_NAME = /\.original(?:-\d+)?$/;

/** Their paths; none where the vault's folder cannot be listed. */
export async function keptOriginals(vaultPath: string): Promise<readonly string[]> {
  const vault = await realpath(vaultPath).catch(() => vaultPath);
  const names = await readdir(dirname(vault)).catch(() => []);
  const kept: string[] = [];
  for (const name of names.filter((each) => each.replace(KEPT_NAME, "") === basename(vault)).sort()) {
    const path = join(dirname(vault), name);
    if (name !== basename(vault) && (await fileKindAt(path).catch(() => "foreign")) === "original")
      kept.push(path);
  }
  return kept;
}

/** Tells whether the file at a path is still the one that was read. */
async function fingerprint(path: string): Promise<string> {
  const stats = await lstat(path, { bigint: true });
  if (stats.isFile()) return `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  throw notDeleted(path, "it is not a regular file, but a link or something else");
}

function notDeleted(path: string, why: string): KmsError {
  return new KmsError("IMPORT_CONFLICT", `Nothing was deleted: of ${path}, ${why}.`, {
    hint: "Look at the file yourself. `import` takes over wallets that are missing; what is not needed can be deleted by hand.",
  });
}

async function assertHeld(vault: Vault, path: string, wallets: readonly ImportedWallet[]): Promise<void> {
  const missing: string[] = [];
  for (const { signatureId, record } of wallets) {
    if (!Bun.deepEquals(await vault.get(signatureId), record, true)) missing.push(signatureId);
  }
  if (missing.length === 0) return;
  throw notDeleted(path, `the vault does not hold the wallets ${named(missing)} as they are there`);
}

/**
 * Deletes original files, all or none.
 *
 * @param vault just opened from its file; checked as a whole here
 * @param read reads the wallets of one of the files
 * @returns how many wallets were found in the vault again
 * @throws KmsError `VAULT_CORRUPT`; `IMPORT_CONFLICT` when the vault lacks a wallet of a file, or holds another one under its
 * signature ID; those of reading the files
 */
export async function deleteOriginals(
  vault: Vault,
  files: readonly string[],
  read: (file: string) => Promise<readonly ImportedWallet[]>,
): Promise<number> {
  await vault.verify();
  const found = new Map<string, string>();
  let wallets = 0;
  for (const file of files) {
    found.set(file, await fingerprint(file));
    const held = await read(file);
    await assertHeld(vault, file, held);
    wallets += held.length;
  }
  // What is going to be the only copy has to be on the disk, with its name.
  await syncToDisk(vault.place);
  await syncToDisk(dirname(vault.place));
  for (const [file, before] of found) {
    if ((await fingerprint(file)) !== before) throw notDeleted(file, "the content was changed meanwhile");
  }
  for (const file of files) {
    await unlink(file).catch((error: unknown) => {
      throw explainFileError("CANNOT_WRITE", `The file ${file} cannot be deleted`, error);
    });
    await syncToDisk(dirname(file));
  }
  return wallets;
}
