/** `getmanagedwallet`: a stored wallet with its secrets. */
import { getManagedWallet } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: { name: "getmanagedwallet", description: "Print a stored wallet with its secrets" },
  args: {
    ...signatureIdArgument,
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    await withNamedWallet(args, async (vault) => printJson(await getManagedWallet(vault, args.signatureId)));
  },
});
