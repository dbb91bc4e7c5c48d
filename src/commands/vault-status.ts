import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";

export default defineCommand({
  meta: { name: "status", description: "Print the vault's format, key slots and number of wallets" },
  args: pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    await withVault(createContext(args), async (vault) => printJson(await vault.status()));
  },
});
