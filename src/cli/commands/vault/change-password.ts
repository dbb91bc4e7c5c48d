import { defineCommand } from "citty";
import { createContext } from "../../context.ts";
import { askNewPassword, withVault } from "../../open-vault.ts";
import { pickOptions } from "../../options.ts";
import { printNote } from "../../print.ts";

export default defineCommand({
  meta: { name: "change-password", description: "Give the vault another password" },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    const context = createContext(args);
    await withVault(context, async (vault) => {
      await vault.changePassword(await askNewPassword(context));
      printNote("The password was changed. Backups made before still open with the old one.");
    });
  },
});
