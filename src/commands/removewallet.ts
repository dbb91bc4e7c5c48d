import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { withVault } from "../command-line/unlock.ts";
import { removeManagedWallet } from "../wallets/managed-wallets.ts";

export default defineCommand({
  meta: { name: "removewallet", description: "Remove a wallet from the vault for good" },
  args: {
    signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
    ...pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    await withVault(createContext(args), (vault) => removeManagedWallet(vault, args.signatureId));
  },
});
