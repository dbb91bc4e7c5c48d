/** `wallet key`: which API key wallets belong to. */
import { keptApiKey, readApiKeyName } from "../../../api-key-name.ts";
import { KmsError } from "../../../errors.ts";
import { apiKeyNames, apiKeyVariable } from "../../../settings/api-keys.ts";
import { giveApiKey, readName } from "../../../wallets/names.ts";
import { namedWalletOptions, withNamedWallet } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions } from "../../options.ts";
import { printJson, printWarning, writeOutput } from "../../output.ts";
import { isForPerson } from "../../terminal/table.ts";
import { printWallet } from "../../terminal/wallet-output.ts";

/** The daemon may run on another machine, where it is set. */
function warnIfUnset(name: string, { config }: CommandContext): void {
  if (apiKeyNames(config).includes(name)) return;
  printWarning(
    `${apiKeyVariable(name)} is not set here: a daemon without it does not start, or polls these wallets not.`,
  );
}

export default defineCommand({
  meta: { name: "key", description: "Have a wallet, or those of a group, belong to an API key" },
  examples: ["tatum-kms wallet key shop till", "tatum-kms wallet key shop --group=shops"],
  args: {
    key: {
      type: "positional",
      required: true,
      description: "Name of the key: shop for that of TATUM_API_KEY_SHOP, default for TATUM_API_KEY",
    },
    signatureId: {
      type: "positional",
      required: false,
      description: "Signature ID of the wallet, the beginning of it, its label or its first address",
    },
    group: { type: "string", valueHint: "text", description: "All wallets of this group" },
    ...pickOptions("json"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const { signatureId: named } = args;
    if ((named === undefined) === (args.group === undefined))
      throw new KmsError("USAGE", "Give either a wallet or --group; nothing was done.");
    const name = readApiKeyName(args.key);
    const apiKey = keptApiKey(name);
    if (named !== undefined)
      return withNamedWallet({ ...args, signatureId: named }, "describes", async (wallet) => {
        const { vault, signatureId } = wallet;
        await giveApiKey(vault, { signatureId }, apiKey);
        warnIfUnset(name, wallet.context);
        await printWallet(vault, signatureId, args);
      });
    const group = readName("group", args.group ?? "");
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      const wallets = await giveApiKey(vault, { group }, apiKey);
      warnIfUnset(name, context);
      if (isForPerson(args)) writeOutput(`${wallets} wallets belong to the API key ${name}.\n`);
      else printJson({ apiKeyName: name, wallets });
    });
  },
});
