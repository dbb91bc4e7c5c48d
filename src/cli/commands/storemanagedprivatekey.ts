/** `storemanagedprivatekey`: a wallet of a private key that is asked for. */
import { keyLines } from "../../wallets/answer-lines.ts";
import { checkPrivateKey, storeManagedPrivateKey, toNetwork } from "../../wallets/managed-wallets.ts";
import { chainArgument, givenNames, noteIfStored } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { checkVaultPlace, withNewOrExistingVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote } from "../output.ts";

export default defineCommand({
  meta: { name: "storemanagedprivatekey", description: "Store a private key that is asked for" },
  examples: ["tatum-kms storemanagedprivatekey BTC"],
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as BTC" },
    ...vaultOptions,
    ...pickOptions("testnet", "label", "group", "api-key-name"),
  },
  async run({ args }) {
    const chain = await chainArgument(args.chain);
    const network = toNetwork(args.testnet);
    const order = { chain, network, ...givenNames(args) };
    const context = await createContext(args);
    await checkVaultPlace(context);
    const checked = checkPrivateKey(
      chain,
      network,
      await context.prompt.askLines("Enter private key to store", keyLines),
    );
    printNote(`Address of the key: ${checked.address}`);
    for (const warning of checked.warnings) printNote(`Warning: ${warning}`);
    await withNewOrExistingVault(context, async (vault) => {
      await noteIfStored(vault, order, checked.fields);
      printJson(await storeManagedPrivateKey(vault, order, checked));
    });
  },
});
