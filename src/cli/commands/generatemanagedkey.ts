/** `generatemanagedkey`: a new wallet whose private key is made inside a PKCS#11 token and never leaves it. */
import { toNetwork } from "../../wallets/managed-wallets.ts";
import { generateManagedKey } from "../../wallets/token-wallets.ts";
import { chainArgument, givenNames, namedTokenKey } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withNewOrExistingVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote } from "../output.ts";

export default defineCommand({
  meta: { name: "generatemanagedkey", description: "Make a key inside a PKCS#11 token; it never leaves it" },
  examples: ['tatum-kms generatemanagedkey ETH --pkcs11="pkcs11:token=kms"'],
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
    await withNewOrExistingVault(context, async (vault) =>
      printJson(await generateManagedKey(vault, request)),
    );
  },
});
