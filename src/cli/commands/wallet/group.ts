/** `wallet group`: among which groups a wallet is counted. */
import { groupWallet, readGroups } from "../../../wallets/names.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { pickOptions } from "../../options.ts";
import { printWallet } from "../../terminal/wallet-output.ts";

export default defineCommand({
  meta: { name: "group", description: "Count a wallet among groups, or no longer with --remove" },
  examples: ["tatum-kms wallet group till shop,users"],
  args: {
    ...signatureIdArgument,
    groups: { type: "positional", required: true, description: "Group, or several separated by commas" },
    ...pickOptions("remove", "json"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const groups = readGroups(args.groups);
    await withNamedWallet(args, "describes", async ({ vault, signatureId }) => {
      await groupWallet(vault, signatureId, args.remove === true ? { remove: groups } : { add: groups });
      await printWallet(vault, signatureId, args);
    });
  },
});
