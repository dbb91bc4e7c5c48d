/** `removewallet`: a wallet taken out of the vault for good. */
import { removeManagedWallet } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  meta: { name: "removewallet", description: "Remove a wallet from the vault for good" },
  args: {
    ...signatureIdArgument,
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    await withNamedWallet(args, (vault) => removeManagedWallet(vault, args.signatureId));
  },
});
