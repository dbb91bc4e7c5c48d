/** `generatewallet`: a new wallet, printed and not stored. */
import { toNetwork } from "../../wallets/managed-wallets.ts";
import { chainArgument } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: { name: "generatewallet", description: "Make a wallet and print it; nothing is stored" },
  examples: ["tatum-kms generatewallet BTC --testnet"],
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as BTC" },
    ...pickOptions("testnet"),
  },
  async run({ args }) {
    printJson((await chainArgument(args.chain)).generateWallet(toNetwork(args.testnet)));
  },
});
