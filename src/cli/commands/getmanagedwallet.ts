import { defineCommand } from "citty";
import { getManagedWallet } from "../../wallets/managed-wallets.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../print.ts";

export default defineCommand({
  meta: { name: "getmanagedwallet", description: "Print a stored wallet with its secrets" },
  args: {
    signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
    ...pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    await withVault(createContext(args), async (vault) =>
      printJson(await getManagedWallet(vault, args.signatureId)),
    );
  },
});
