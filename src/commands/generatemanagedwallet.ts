import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { withNewOrExistingVault } from "../command-line/unlock.ts";
import { knownChain } from "../wallets/known-chain.ts";
import { generateManagedWallet, toNetwork } from "../wallets/managed-wallets.ts";

export default defineCommand({
  meta: { name: "generatemanagedwallet", description: "Make a wallet and store it in the vault" },
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as BTC" },
    ...pickOptions("testnet", "path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const chain = await knownChain(args.chain);
    await withNewOrExistingVault(createContext(args), async (vault) => {
      printJson(await generateManagedWallet(vault, chain, toNetwork(args.testnet)));
    });
  },
});
