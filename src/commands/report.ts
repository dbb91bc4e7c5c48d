import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";
import type { Vault } from "../vault/vault.ts";
import { fileKindAt } from "../vault/vault-file.ts";
import { createReport } from "../wallets/report.ts";

export default defineCommand({
  meta: {
    name: "report",
    description: "Print facts about the installation and about wallets, without secrets",
  },
  args: {
    signatureIds: { type: "positional", required: false, description: "Signature IDs, separated by commas" },
    ...pickOptions("path", "env-file", "api-key", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const context = createContext(args);
    const options = {
      storeType: (await context.provider()).storeType,
      apiKey: args["api-key"] ?? context.config.get("TATUM_API_KEY"),
      signatureIds: args.signatureIds,
    };
    const print = async (vault?: Vault): Promise<void> => printJson(await createReport(vault, options));
    await ((await fileKindAt(context.vaultPath)) === "missing" ? print() : withVault(context, print));
  },
});
