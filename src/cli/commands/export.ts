import { defineCommand } from "citty";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions } from "../options.ts";
import { printJson, printNote } from "../print.ts";

export default defineCommand({
  meta: { name: "export", description: "Print all wallets with their secrets" },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    await withVault(createContext(args), async (vault) => {
      printJson(Object.fromEntries(await vault.exportAll()));
      for (const { signatureId, keyUri } of vault.wallets()) {
        if (keyUri !== undefined)
          printNote(`The private key of ${signatureId} is in a token and cannot leave it.`);
      }
    });
  },
});
