/** `generatemanagedwallet`: a new wallet, stored in the vault. */
import { generateManagedWallet, toNetwork } from "../../wallets/managed-wallets.ts";
import { chainArgument, givenNames } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withNewOrExistingVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: { name: "generatemanagedwallet", description: "Make a wallet and store it in the vault" },
  examples: ["tatum-kms generatemanagedwallet ETH"],
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as BTC" },
    ...vaultOptions,
    ...pickOptions("testnet", "label", "group", "api-key-name"),
  },
  async run({ args }) {
    const chain = await chainArgument(args.chain);
    const order = { chain, network: toNetwork(args.testnet), ...givenNames(args) };
    await withNewOrExistingVault(await createContext(args), async (vault) => {
      printJson(await generateManagedWallet(vault, order));
    });
  },
});
