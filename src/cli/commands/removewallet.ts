/** `removewallet`: a wallet taken out of the vault for good. */
import { getManagedWallet, removeManagedWallet } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirmation.ts";
import { pickOptions } from "../options.ts";

export default defineCommand({
  meta: { name: "removewallet", description: "Remove a wallet from the vault for good" },
  examples: ["tatum-kms removewallet $ID --chain=ETH"],
  args: {
    ...signatureIdArgument,
    ...pickOptions("yes"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    await withNamedWallet(args, async (vault, context) => {
      await getManagedWallet(vault, args.signatureId);
      await confirm(
        context,
        `Wallet ${args.signatureId} is going to be removed for good: what is not kept elsewhere is lost with its funds.`,
      );
      await removeManagedWallet(vault, args.signatureId);
    });
  },
});
