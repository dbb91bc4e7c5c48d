/** `export`: all wallets of the vault with their secrets, as JSON. */
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { choosingOptions, vaultOptions } from "../options.ts";
import { printJson, printNote } from "../output.ts";

export default defineCommand({
  meta: { name: "export", description: "Print all wallets with their secrets" },
  args: vaultOptions,
  refuses: choosingOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) => {
      printJson(Object.fromEntries(await vault.exportAll()));
      for (const { signatureId, keyUri } of await vault.wallets()) {
        if (keyUri !== undefined)
          printNote(`The private key of ${signatureId} is in a token and cannot leave it.`);
      }
    });
  },
});
