/** `storemanagedwallet`: a wallet of a mnemonic that is asked for. */
import { mnemonicLines } from "../../wallets/answer-lines.ts";
import {
  checkMnemonic,
  otherWalletsNote,
  storeManagedWallet,
  toNetwork,
} from "../../wallets/managed-wallets.ts";
import { chainArgument, givenNames, noteIfStored } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { checkVaultPlace, withNewOrExistingVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote } from "../output.ts";

export default defineCommand({
  meta: { name: "storemanagedwallet", description: "Store the wallet of a mnemonic that is asked for" },
  examples: ["tatum-kms storemanagedwallet ETH"],
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
    const standsAlone = context.prompt.isTerminal || !context.readsInput;
    const fields = checkMnemonic(
      chain,
      network,
      await context.prompt.askLines("Enter mnemonic to store", mnemonicLines(standsAlone)),
    );
    const note = otherWalletsNote(chain, network, fields);
    if (note !== undefined) printNote(note);
    await withNewOrExistingVault(context, async (vault) => {
      await noteIfStored(vault, order, fields);
      printJson(await storeManagedWallet(vault, order, fields));
    });
  },
});
