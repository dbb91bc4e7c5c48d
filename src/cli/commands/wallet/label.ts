/** `wallet label`: what a wallet is called. */
import { KmsError } from "../../../errors.ts";
import { labelWallet, readName } from "../../../wallets/names.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { pickOptions } from "../../options.ts";
import { printWallet } from "../../terminal/wallet-output.ts";

export default defineCommand({
  meta: { name: "label", description: "Give a wallet a label that no other one has, or take it away" },
  examples: ["tatum-kms wallet label $ID till"],
  args: {
    ...signatureIdArgument,
    newLabel: { type: "positional", required: false, description: "The label, up to 64 characters" },
    ...pickOptions("remove", "json"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const isRemoval = args.remove === true;
    if (isRemoval !== (args.newLabel === undefined))
      throw new KmsError("USAGE", "Give either a label or --remove; nothing was done.");
    const label = args.newLabel === undefined ? undefined : readName("label", args.newLabel);
    await withNamedWallet(args, "describes", async ({ vault, signatureId }) => {
      await labelWallet(vault, signatureId, label);
      await printWallet(vault, signatureId, args);
    });
  },
});
