import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { askNewPassword, withVault } from "../../open-vault.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printNote } from "../../print.ts";

export default defineCommand({
  meta: { name: "change-password", description: "Give the vault another password" },
  args: vaultOptions,
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      await vault.changePassword(await askNewPassword(context));
      printNote("The password was changed. Backups made before still open with the old one.");
    });
  },
});
