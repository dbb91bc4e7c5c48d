/** `lane show`: one account, number by number. */
import { showLane } from "../../../journal/lanes.ts";
import { chainOfAccount } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "show", description: "Print one account with each number and its job" },
  examples: ["tatum-kms lane show $ACCOUNT --chain=ETH"],
  args: {
    account: { type: "positional", required: true, description: "The account, as `lane list` names it" },
    chain: { type: "string", valueHint: "ETH", description: "The chain of the account" },
    ...pickOptions("bytes"),
    ...vaultOptions,
  },
  refuses: ["testnet", "wallets", "transaction-ids"],
  async run({ args }) {
    const chain = chainOfAccount(args.chain);
    await withVault(await createContext(args), async (vault) =>
      printJson(await showLane(vault, { chain, account: args.account }, { withBytes: args.bytes === true })),
    );
  },
});
