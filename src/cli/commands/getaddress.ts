/** `getaddress`: the address of a stored wallet at a derivation index. */
import { getAddress } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { readDerivationIndex } from "../options.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: { name: "getaddress", description: "Print the address of a wallet at an index" },
  examples: ["tatum-kms getaddress $ID 0"],
  args: {
    ...signatureIdArgument,
    index: {
      type: "positional",
      required: false,
      description: "Derivation index; not used for a single key",
    },
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const index = readDerivationIndex(args.index);
    await withNamedWallet(args, "shows", async ({ vault, signatureId }) =>
      printJson(await getAddress(vault, signatureId, index)),
    );
  },
});
