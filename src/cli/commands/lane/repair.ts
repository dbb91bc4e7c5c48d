/** `lane repair`: what holds up an account, and a person's way to free it. */
import { networkOfLane } from "../../../journal/lanes.ts";
import { repairLane } from "../../../signing/lane-repair.ts";
import { chainOfAccount } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { confirmKnowingly, isAsked, personOf } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, readDerivationIndex, vaultOptions } from "../../options.ts";
import { printJson, printNote } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "repair",
    description: "Show what holds up an account, and use up or give back a number that is stuck",
  },
  examples: [
    "tatum-kms lane repair $ACCOUNT --chain=ETH",
    "tatum-kms lane repair $ACCOUNT --chain=ETH --number=5 --as=fill",
    "tatum-kms lane repair $ACCOUNT --chain=ETH --number=5 --as=cancel --confirm=$HASH",
  ],
  args: {
    account: { type: "positional", required: true, description: "The account, as `lane list` names it" },
    chain: { type: "string", valueHint: "ETH", description: "The chain of the account" },
    testnet: { type: "boolean", description: "The account on the test network, where it is on both" },
    as: {
      type: "string",
      valueHint: "fill|cancel|give-back",
      description:
        "Use up a free number, or one in the place of what uses it; or give it to the next payment",
    },
    confirm: {
      type: "string",
      valueHint: "id",
      description: "The transaction with this number that shall never land; without a known one, the number",
    },
    index: {
      type: "string",
      valueHint: "number",
      description: "Index of the account in its mnemonic, where it is above 19",
    },
    ...pickOptions("number", "yes", "api-key", "allow-plain-http"),
    ...vaultOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const chain = chainOfAccount(args.chain);
    const index = readDerivationIndex(args.index);
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      const { account } = args;
      const network = args.testnet === true ? "testnet" : await networkOfLane(vault, chain, account);
      const person = {
        ...personOf(context),
        async agree(...about: readonly string[]): Promise<void> {
          // Whoever agreed beforehand is told all the same what became impossible.
          if (!isAsked(context)) about.forEach(printNote);
          await confirmKnowingly(context, ...about);
        },
      };
      const place = { vault, tokens: context.tokens, chain, network, account, index };
      printJson(await repairLane(place, args, person));
    });
  },
});
