import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { readDerivationIndex } from "../command-line/read-number.ts";
import { withVault } from "../command-line/unlock.ts";
import { getPrivateKey } from "../wallets/managed-wallets.ts";

export default defineCommand({
  meta: { name: "getprivatekey", description: "Print the private key of a wallet at an index" },
  args: {
    signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
    index: {
      type: "positional",
      required: false,
      description: "Derivation index; not used for a single key",
    },
    ...pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const index = readDerivationIndex(args.index);
    await withVault(createContext(args), async (vault) => {
      printJson(await getPrivateKey(vault, args.signatureId, index));
    });
  },
});
