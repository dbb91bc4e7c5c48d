/** `report`: facts about the installation and about wallets, without secrets. */
import { settings } from "../../settings/table.ts";
import type { Vault } from "../../vault/vault.ts";
import { createReport } from "../../wallets/report.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson } from "../output.ts";

export default defineCommand({
  meta: {
    name: "report",
    description: "Print facts about the installation and about wallets, without secrets",
  },
  examples: ["tatum-kms report $ID"],
  args: {
    signatureIds: { type: "positional", required: false, description: "Signature IDs, separated by commas" },
    ...vaultOptions,
    ...pickOptions("api-key"),
  },
  async run({ args }) {
    const context = await createContext(args);
    const options = {
      storeType: (await context.provider()).storeType,
      apiKey: args["api-key"] ?? context.config.value(settings.apiKey),
      signatureIds: args.signatureIds,
    };
    const print = async (vault?: Vault): Promise<void> => printJson(await createReport(vault, options));
    await ((await context.store.isThere()) ? withVault(context, print) : print());
  },
});
