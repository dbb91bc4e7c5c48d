/** `storemanagedkey`: a wallet of a key that is in a PKCS#11 token already. */
import { toNetwork } from "../../wallets/managed-wallets.ts";
import { storeManagedKey } from "../../wallets/token-wallets.ts";
import { chainArgument, givenNames, namedTokenKey } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withNewOrExistingVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote } from "../output.ts";

export default defineCommand({
  meta: { name: "storemanagedkey", description: "Take a key that is in a PKCS#11 token already" },
  examples: ['tatum-kms storemanagedkey BTC --pkcs11="pkcs11:token=kms;object=a"'],
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as ETH" },
    ...vaultOptions,
    ...pickOptions("testnet", "label", "group", "api-key-name"),
  },
  async run({ args }) {
    const chain = await chainArgument(args.chain);
    const context = await createContext(args, { optionNamesObject: true });
    const request = {
      chain,
      network: toNetwork(args.testnet),
      ...givenNames(args),
      tokens: context.tokens,
      uri: namedTokenKey(context),
      note: printNote,
    };
    await withNewOrExistingVault(context, async (vault) => printJson(await storeManagedKey(vault, request)));
  },
});
