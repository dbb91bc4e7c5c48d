/** `getprivatekey`: the private key of a stored wallet at a derivation index. */
import { getPrivateKey } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirmation.ts";
import { pickOptions, readDerivationIndex } from "../options.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: { name: "getprivatekey", description: "Print the private key of a wallet at an index" },
  examples: ["tatum-kms getprivatekey $ID 0"],
  args: {
    ...signatureIdArgument,
    index: {
      type: "positional",
      required: false,
      description: "Derivation index; not used for a single key",
    },
    ...pickOptions("yes"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const index = readDerivationIndex(args.index);
    await withNamedWallet(args, "reveals or destroys", async ({ vault, context, signatureId }) => {
      const key = await getPrivateKey(vault, signatureId, index);
      await confirm(context, `A private key of wallet ${signatureId} is going to be shown on this screen.`);
      printJson(key);
    });
  },
});
