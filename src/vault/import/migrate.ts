/** The migration of an original wallet file to a vault in its place. At no moment is there less than one complete file. */
import { randomBytes } from "node:crypto";
import { chmod, link, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { explainFileError, KmsError, systemErrorCode } from "../../errors.ts";
import { checkFolders } from "../../store/sqlite/access.ts";
import { syncToDisk } from "../../store/sqlite/new-file.ts";
import { refuseLeftSideFiles } from "../../store/sqlite/side-files.ts";
import { sqliteFile } from "../../store/sqlite/sqlite-store.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import type { PreparedSlot } from "../key-slots/key-slot.ts";
import { createVault } from "../sealed-vault.ts";
import { type ImportResult, importWallets } from "./import-wallets.ts";
import type { ImportedWallet } from "./imported-wallets.ts";

export interface MigrationResult extends ImportResult {
  /** Where the original file is kept. */
  readonly backup: string;
}

/** A second name for the original file: `wallet.dat.original`, or with a number where that is taken. */
async function keep(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const backup = `${path}.original${number === 1 ? "" : `-${number}`}`;
    try {
      await link(path, backup);
    } catch (error) {
      if (systemErrorCode(error) === "EEXIST") continue;
      throw explainFileError("CANNOT_WRITE", `The original file cannot be kept as ${backup}`, error);
    }
    await chmod(backup, 0o600);
    await syncToDisk(dirname(backup));
    return backup;
  }
}

async function fingerprint(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

/** What a migration is made with. */
export interface Migration {
  /** Reads the wallets of the file. */
  readonly read: (file: string) => Promise<ImportedWallet[]>;
  /** Prepares the key slot of the vault; called when the wallets could be read. */
  readonly prepareSlot: () => Promise<PreparedSlot>;
  readonly access: AccessRules;
  /** Told how many wallets are stored, then how many are checked. */
  readonly onStep: (step: "stored" | "checked", done: number, total: number) => void;
}

/**
 * Reads the original wallet file at `path`, makes a vault of its wallets beside it, checks the vault, keeps the
 * original under a second name, and only then lets the vault take its place.
 *
 * @throws KmsError `NO_WALLET_FILE`, `FILE_EXISTS` when the file is a vault already, `NOT_A_VAULT`, `VAULT_BUSY` when the
 * file was changed meanwhile
 */
export async function migrateInPlace(
  path: string,
  { read, prepareSlot, access, onStep }: Migration,
): Promise<MigrationResult> {
  const kind = await fileKindAt(path);
  if (kind === "missing")
    throw new KmsError("NO_WALLET_FILE", "No such wallet file.", { hint: `Looked at ${path}.` });
  if (kind === "vault")
    throw new KmsError("FILE_EXISTS", `${path} is a vault already: there is nothing to migrate.`);
  if (kind === "foreign") {
    throw new KmsError(
      "NOT_A_VAULT",
      `${path} is not a wallet file of tatum-kms 8: there is nothing to migrate.`,
    );
  }
  checkFolders(path, access);
  const file = await realpath(path);
  refuseLeftSideFiles(file);
  const before = await fingerprint(file);
  const wallets = await read(file);
  const target = join(dirname(file), `.${basename(file)}.${randomBytes(8).toString("hex")}.migrating`);
  try {
    const vault = await createVault(sqliteFile(target, access), await prepareSlot());
    let result: ImportResult;
    try {
      vault.onProgress = (done, total) => onStep("stored", done, total);
      result = await importWallets(vault, wallets);
      vault.onProgress = (done, total) => onStep("checked", done, total);
      await vault.verify();
    } finally {
      await vault.close();
    }
    if ((await fingerprint(file)) !== before) {
      throw new KmsError("VAULT_BUSY", `${file} was changed while it was migrated; it was left as it is.`, {
        hint: "Stop the original program and run this again.",
      });
    }
    const backup = await keep(file);
    await rename(target, file);
    await syncToDisk(dirname(file));
    return { ...result, backup };
  } finally {
    await rm(target, { force: true });
  }
}
