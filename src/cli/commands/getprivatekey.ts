import { defineCommand } from "citty";
import { getPrivateKey } from "../../wallets/managed-wallets.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../print.ts";
import { readDerivationIndex } from "../read-number.ts";

export default defineCommand({
  meta: { name: "getprivatekey", description: "Print the private key of a wallet at an index" },
  args: {
    signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
    index: {
      type: "positional",
      required: false,
      description: "Derivation index; not used for a single key",
    },
    ...pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const index = readDerivationIndex(args.index);
    await withVault(createContext(args), async (vault) => {
      printJson(await getPrivateKey(vault, args.signatureId, index));
    });
  },
});
