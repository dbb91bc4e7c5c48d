/** `wallet restore`: a removed wallet brought back. */
import { findRemoved, restoreRemoved } from "../../../wallets/removed.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printWarning } from "../../output.ts";
import { printWallet } from "../../terminal/wallet-output.ts";

export default defineCommand({
  meta: { name: "restore", description: "Bring a removed wallet back while its time is not over" },
  examples: ["tatum-kms wallet restore till"],
  args: {
    signatureId: {
      type: "positional",
      required: true,
      description: "Signature ID of the removed wallet, the beginning of it or its label",
    },
    ...pickOptions("json"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) => {
      const removed = await findRemoved(vault, args.signatureId);
      const hasLabel = await restoreRemoved(vault, removed);
      if (!hasLabel)
        printWarning(`Another wallet has the label ${removed.label} now: it is restored without it.`);
      await printWallet(vault, removed.signatureId, args);
    });
  },
});
