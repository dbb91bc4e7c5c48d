/** `vault restore`: a backup that takes the vault's place, and is treated as one that may not know all that was signed. */
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { KmsError } from "../../../errors.ts";
import { openUnchanged, restoreVault } from "../../../journal/restore.ts";
import { readPath } from "../../../settings/home.ts";
import { sqliteFile } from "../../../store/sqlite/sqlite-store.ts";
import type { Vault } from "../../../vault/vault.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirmation.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printNote } from "../../output.ts";
import { whileTelling } from "../../terminal/progress.ts";

const LOST = "What was signed after it was made is not in its journal.";

async function restore(context: CommandContext, file: string, backup: Vault): Promise<void> {
  const { vaultPath, access } = context;
  const path = existsSync(vaultPath) ? realpathSync(vaultPath) : resolve(vaultPath);
  await confirm(
    context,
    `The backup ${file} is going to take the place of the vault ${path}, which is kept under another name.`,
    LOST,
  );
  const { keptAs } = await whileTelling("wallets checked", (onProgress) => {
    backup.onProgress = onProgress;
    return restoreVault(backup, {
      path,
      place: sqliteFile(path, access),
      confirmUnreadable: ({ message }) =>
        confirm(context, message, "So it cannot be seen whether a daemon works on it: there must be none."),
    });
  });
  if (keptAs !== undefined) printNote(`The vault that was there is kept as ${keptAs}.`);
  printNote(`The backup ${file} is in place as ${path}. ${LOST}`);
  printNote(
    "Until you confirm it with `job recover`, the daemon parks what may have been paid before and signs nothing of it.",
  );
}

export default defineCommand({
  meta: {
    name: "restore",
    description: "Put a backup in the vault's place, which is kept under another name",
  },
  examples: ["tatum-kms vault restore /backup/wallet.dat"],
  args: {
    file: { type: "positional", required: true, description: "The backup; it is not changed" },
    ...pickOptions("yes"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const file = readPath(args.file, "The argument <file>");
    const context = await createContext(args);
    if (context.store.kind === "database") {
      throw new KmsError("USAGE", "Command vault restore puts a file in a file's place; nothing was done.", {
        hint: "Restore the database itself, then run `vault mark-restored`; or restore into a file with --path.",
      });
    }
    const place = { open: () => openUnchanged(file, sqliteFile(file, context.access), "restored") };
    await withVault({ ...context, vaultPath: file }, (backup) => restore(context, file, backup), {
      copy: place,
    });
  },
});
