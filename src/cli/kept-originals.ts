/** The original wallet files that `migrate` kept: warnings of them, and their deletion. */
import { KmsError } from "../errors.ts";
import { namesPostgres } from "../store/postgres/address.ts";
import { deleteOriginals, keptOriginals } from "../vault/import/kept-originals.ts";
import { confirm } from "./confirmation.ts";
import type { CommandContext } from "./context.ts";
import { askingOnce, readWallets, sharedPassword } from "./import-password.ts";
import { withVault } from "./open-vault.ts";
import { printNote, printWarning } from "./output.ts";

/** What is left of the old file where it was deleted, and what no deleting mends. */
const LEAKED = "If others may have had a copy of the old file, move the funds to new addresses.";

const WEAK = "encrypted so weakly (MD5, one round) that a password can be guessed";

/** Warns after an import of a file that was only read. */
export function tellOfImportedOriginal(file: string): void {
  printWarning(
    `${file} still holds the wallets, ${WEAK}: once the vault is checked and backed up, delete it. ${LEAKED}`,
  );
}

/** Warns in one line of files beside a vault that are a way around it. */
export async function warnOfKeptOriginals(vaultPath: string): Promise<void> {
  // A database has no files beside it.
  if (namesPostgres(vaultPath)) return;
  const kept = await keptOriginals(vaultPath);
  if (kept.length === 0) return;
  printWarning(
    `${kept.join(", ")} holds wallets of this vault, ${WEAK}: ` +
      `delete it with tatum-kms migrate --delete-original --path=${vaultPath}. ${LEAKED}`,
  );
}

/**
 * Says after a migration what the file that was kept means.
 * @param isSamePassword whether the vault opens with the password of that file
 */
export async function tellOfKeptOriginal(vaultPath: string, isSamePassword: boolean): Promise<void> {
  await warnOfKeptOriginals(vaultPath);
  if (!isSamePassword || (await keptOriginals(vaultPath)).length === 0) return;
  printWarning(
    "The vault has the password of that file: whoever finds it there opens the vault. Choose another one with " +
      "tatum-kms vault change-password.",
  );
}

/** What `migrate --delete-original` prints of it. */
export interface Deletion {
  readonly deleted: readonly string[];
}

/**
 * Deletes the original files beside the vault, once the vault was opened from its file, checked, and found to hold each
 * of their wallets.
 *
 * @param files those that are meant; without them all that are found
 * @throws KmsError `CANNOT_READ` when there are none, and those of {@link deleteOriginals} and of opening the vault
 */
export async function deleteKeptOriginals(
  context: CommandContext,
  files?: readonly string[],
): Promise<Deletion> {
  const once = askingOnce(context);
  return withVault(once, async (vault) => {
    const deleted = files ?? (await keptOriginals(vault.place));
    if (deleted.length === 0) {
      throw new KmsError("CANNOT_READ", `There is no original wallet file beside ${vault.place} to delete.`);
    }
    await confirm(
      context,
      `${deleted.join(", ")} is going to be deleted, if the vault holds every wallet of it.`,
    );
    const slotKinds = (await vault.status()).slots.map(({ kind }) => kind);
    const wallets = await deleteOriginals(vault, deleted, (file) =>
      readWallets(once, file, sharedPassword(once, slotKinds, "unlock"), { access: context.access }),
    );
    printNote(
      `The vault was opened and checked, and holds all ${wallets} wallets of what was deleted. Make a backup of it: it is the ` +
        `only copy here. Deleting wipes neither the disk's blocks nor other copies. ${LEAKED}`,
    );
    return { deleted };
  });
}
