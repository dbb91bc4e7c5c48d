import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";
import { getManagedWallet } from "../wallets/managed-wallets.ts";

export default defineCommand({
  meta: { name: "getmanagedwallet", description: "Print a stored wallet with its secrets" },
  args: {
    signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
    ...pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    await withVault(createContext(args), async (vault) =>
      printJson(await getManagedWallet(vault, args.signatureId)),
    );
  },
});
