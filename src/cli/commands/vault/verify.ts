import { defineCommand } from "citty";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../print.ts";

export default defineCommand({
  meta: { name: "verify", description: "Open every record of the vault and check the vault as a whole" },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    await withVault(createContext(args), async (vault) => printJson(await vault.verify()));
  },
});
