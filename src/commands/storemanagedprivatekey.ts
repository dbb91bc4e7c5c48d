import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson, printNote } from "../command-line/print.ts";
import { withNewOrExistingVault } from "../command-line/unlock.ts";
import { knownChain } from "../wallets/known-chain.ts";
import { checkPrivateKey, storeManagedPrivateKey, toNetwork } from "../wallets/managed-wallets.ts";

export default defineCommand({
  meta: { name: "storemanagedprivatekey", description: "Store a private key that is asked for" },
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as BTC" },
    ...pickOptions("testnet", "path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const chain = await knownChain(args.chain);
    const network = toNetwork(args.testnet);
    const context = createContext(args);
    const checked = checkPrivateKey(chain, network, await context.prompt.ask("Enter private key to store"));
    printNote(`Address of the key: ${checked.address}`);
    for (const warning of checked.warnings) printNote(`Warning: ${warning}`);
    await withNewOrExistingVault(context, async (vault) => {
      printJson(await storeManagedPrivateKey(vault, chain, network, checked));
    });
  },
});
