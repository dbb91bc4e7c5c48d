/** `generatemanagedprivatekeybatch`: many new private keys, each printed once it is stored. */
import { generatePrivateKeyBatch, MAXIMUM_BATCH, toNetwork } from "../../wallets/managed-wallets.ts";
import { chainArgument, givenNames } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withNewOrExistingVault } from "../open-vault.ts";
import { pickOptions, readWholeNumber, vaultOptions } from "../options.ts";
import { printJsonLine } from "../output.ts";
import { whileTelling } from "../terminal/progress.ts";
import { isTerminal } from "../terminal/text-layout.ts";

export default defineCommand({
  meta: {
    name: "generatemanagedprivatekeybatch",
    description: "Make and store many private keys; prints a line for each once it is stored",
  },
  examples: ["tatum-kms generatemanagedprivatekeybatch ETH 1000 > keys.jsonl"],
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as ETH" },
    count: { type: "positional", required: true, description: "How many keys" },
    ...vaultOptions,
    ...pickOptions("testnet", "label", "group", "api-key-name"),
  },
  async run({ args }) {
    const chain = await chainArgument(args.chain);
    const count = readWholeNumber("count", args.count, 1, MAXIMUM_BATCH);
    const order = { chain, network: toNetwork(args.testnet), ...givenNames(args) };
    await withNewOrExistingVault(await createContext(args), (vault) =>
      whileTelling("keys stored", (onProgress) => {
        let stored = 0;
        // At a terminal the lines of the keys tell it.
        const tell = isTerminal(1) ? () => undefined : onProgress;
        return generatePrivateKeyBatch(vault, order, count, (key) => {
          printJsonLine(key);
          stored += 1;
          tell(stored, count);
        });
      }),
    );
  },
});
