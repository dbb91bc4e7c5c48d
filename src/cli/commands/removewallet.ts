import { defineCommand } from "citty";
import { removeManagedWallet } from "../../wallets/managed-wallets.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions } from "../options.ts";

export default defineCommand({
  meta: { name: "removewallet", description: "Remove a wallet from the vault for good" },
  args: {
    signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
    ...pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    await withVault(createContext(args), (vault) => removeManagedWallet(vault, args.signatureId));
  },
});
