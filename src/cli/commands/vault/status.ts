import { defineCommand } from "citty";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../print.ts";

export default defineCommand({
  meta: { name: "status", description: "Print the vault's format, key slots and number of wallets" },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    await withVault(createContext(args), async (vault) => printJson(await vault.status()));
  },
});
