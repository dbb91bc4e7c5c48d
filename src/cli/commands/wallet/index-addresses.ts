/** `wallet index`: derives the first addresses that imported wallets do not have yet, so that they are found by them. */
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";
import { indexAll } from "../../terminal/wallet-output.ts";

export default defineCommand({
  meta: {
    name: "index",
    description: "Derive the first addresses that are missing; may be ended and goes on later",
  },
  examples: ["tatum-kms wallet index"],
  args: vaultOptions,
  refuses: choosingOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) =>
      printJson({ indexed: await indexAll(vault) }),
    );
  },
});
