import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJsonLine } from "../command-line/print.ts";
import { readWholeNumber } from "../command-line/read-number.ts";
import { withNewOrExistingVault } from "../command-line/unlock.ts";
import { knownChain } from "../wallets/known-chain.ts";
import { generatePrivateKeyBatch, MAXIMUM_BATCH, toNetwork } from "../wallets/managed-wallets.ts";

export default defineCommand({
  meta: {
    name: "generatemanagedprivatekeybatch",
    description: "Make and store many private keys; prints a line for each once it is stored",
  },
  args: {
    chain: { type: "positional", required: true, description: "Chain, such as ETH" },
    count: { type: "positional", required: true, description: "How many keys" },
    ...pickOptions("testnet", "path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const chain = await knownChain(args.chain);
    const count = readWholeNumber("count", args.count, 1, MAXIMUM_BATCH);
    await withNewOrExistingVault(createContext(args), (vault) =>
      generatePrivateKeyBatch(vault, chain, toNetwork(args.testnet), count, printJsonLine),
    );
  },
});
