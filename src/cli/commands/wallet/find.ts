/** `wallet find`: the wallets of an address. */
import { KmsError } from "../../../errors.ts";
import { listedWallet } from "../../../wallets/listing.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson, writeOutput } from "../../output.ts";
import { isForPerson } from "../../terminal/table.ts";
import { terminalColumns } from "../../terminal/text-layout.ts";
import { indexAll, walletTable } from "../../terminal/wallet-output.ts";

export default defineCommand({
  meta: { name: "find", description: "Find the wallets whose first address this is" },
  examples: ["tatum-kms wallet find $ADDRESS"],
  args: {
    address: { type: "positional", required: true, description: "Address, in any of its spellings" },
    ...pickOptions("json"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const address = args.address;
    await withVault(await createContext(args), async (vault) => {
      let found = await vault.directory.find({ address });
      if (found.length === 0 && (await indexAll(vault)) > 0) found = await vault.directory.find({ address });
      if (found.length === 0)
        throw new KmsError(
          "NO_SUCH_WALLET",
          // It is not repeated: it may be a key that was pasted.
          "No wallet has that address as its first.",
          {
            hint: "Further addresses of a mnemonic are not looked for: tatum-kms wallet show <wallet> --index=0-99 shows them.",
          },
        );
      const wallets = found.map(listedWallet);
      if (isForPerson(args)) writeOutput(walletTable(wallets, terminalColumns(process.stdout, process.env)));
      else printJson(wallets);
    });
  },
});
