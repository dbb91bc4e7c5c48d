/** `vault status`: the vault's format, key slots and number of wallets. */
import type { Vault } from "../../../vault/vault.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { warnOfKeptOriginals } from "../../kept-originals.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "status", description: "Print the vault's format, key slots and number of wallets" },
  examples: ["tatum-kms vault status"],
  args: vaultOptions,
  async run({ args }) {
    const show = async (vault: Vault): Promise<void> => {
      printJson(await vault.status());
      await warnOfKeptOriginals(vault.place);
    };
    await withVault(await createContext(args), show, { takesMoved: true });
  },
});
