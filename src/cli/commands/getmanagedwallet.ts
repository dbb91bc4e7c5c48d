/** `getmanagedwallet`: a stored wallet with its secrets. */
import { getManagedWallet } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirmation.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: { name: "getmanagedwallet", description: "Print a stored wallet with its secrets" },
  examples: ["tatum-kms getmanagedwallet $ID"],
  args: {
    ...signatureIdArgument,
    ...pickOptions("yes"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    await withNamedWallet(args, "reveals or destroys", async ({ vault, context, signatureId }) => {
      const wallet = await getManagedWallet(vault, signatureId);
      await confirm(context, `The secrets of wallet ${signatureId} are going to be shown on this screen.`);
      printJson(wallet);
    });
  },
});
