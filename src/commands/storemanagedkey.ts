import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { namedTokenKey } from "../command-line/token-key-option.ts";
import { withNewOrExistingVault } from "../command-line/unlock.ts";
import { knownChain } from "../wallets/known-chain.ts";
import { toNetwork } from "../wallets/managed-wallets.ts";
import { storeManagedKey } from "../wallets/token-wallets.ts";

export default defineCommand({
  meta: { name: "storemanagedkey", description: "Take a key that is in a PKCS#11 token already" },
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as ETH" },
    ...pickOptions("pkcs11", "testnet", "path", "env-file", "provider", "aws", "azure", "vgs"),
  },
  async run({ args }) {
    const chain = await knownChain(args.chain);
    const context = createContext(args, { optionNamesObject: true });
    const request = {
      chain,
      network: toNetwork(args.testnet),
      tokens: context.tokens,
      uri: namedTokenKey(context),
    };
    await withNewOrExistingVault(context, async (vault) => printJson(await storeManagedKey(vault, request)));
  },
});
