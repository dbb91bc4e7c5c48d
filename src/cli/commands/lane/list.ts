/** `lane list`: the accounts that number their transactions. */
import { knownTickers } from "../../../chain-names.ts";
import { listLanes } from "../../../journal/lanes.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the accounts with their used, free, kept and held numbers" },
  examples: ["tatum-kms lane list --chain=ETH"],
  args: {
    chain: { type: "string", valueHint: "ETH,XRP", description: "Only accounts of these chains" },
    ...vaultOptions,
  },
  refuses: ["testnet", "wallets", "transaction-ids"],
  async run({ args }) {
    const chains = args.chain === undefined ? undefined : knownTickers(args.chain);
    await withVault(await createContext(args), async (vault) => printJson(await listLanes(vault, chains)));
  },
});
