/** `vault change-password`: another password in the place of the vault's present one. */
import { PASSWORD_VARIABLE } from "../../../../providers/password/provider.ts";
import { settings } from "../../../settings/table.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { askNewPassword, warnOfWeakPassword } from "../../new-password.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printNote } from "../../output.ts";

export default defineCommand({
  meta: { name: "change-password", description: "Give the vault another password" },
  examples: ["tatum-kms vault change-password"],
  args: vaultOptions,
  refuses: choosingOptions,
  reads: [settings.newPassword],
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      const password = await askNewPassword(context.providerContext, vault);
      await vault.changePassword(password);
      printNote(
        "The password was changed. Backups made before still open with the old one, and the root key in them opens this vault too: if the old password leaked, make a new vault and move the funds.",
      );
      const set = context.config.setting(PASSWORD_VARIABLE);
      const { name } = await context.provider();
      if (name === "password" && set !== undefined && set.value !== password.reveal()) {
        printNote(
          `${PASSWORD_VARIABLE} (from ${set.origin}) does not open the vault any more: change it as well.`,
        );
      }
      await warnOfWeakPassword(password);
    });
  },
});
