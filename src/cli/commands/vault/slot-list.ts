/** `vault slot list`: the vault's key slots. */
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the vault's key slots" },
  examples: ["tatum-kms vault slot list"],
  args: vaultOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) => printJson((await vault.status()).slots));
  },
});
