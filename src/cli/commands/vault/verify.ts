/** `vault verify`: every row of the vault and its journal opened, and the vault checked as a whole. */
import { assertAnchored } from "../../../journal/anchor.ts";
import { verifyWhole } from "../../../journal/whole-vault.ts";
import { settings } from "../../../settings/table.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { warnOfKeptOriginals } from "../../kept-originals.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJson, printNote } from "../../output.ts";
import { whileTelling } from "../../terminal/progress.ts";

export default defineCommand({
  meta: {
    name: "verify",
    description: "Open every row of the vault, of its journal too, and check the vault as a whole",
  },
  examples: ["tatum-kms vault verify --path=/backup/wallet.dat"],
  args: vaultOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      const tell = (row: string): void => printNote(`Set aside because it does not open: job record ${row}`);
      const counts = await whileTelling("wallets checked", (onProgress) => {
        vault.onProgress = onProgress;
        return verifyWhole(vault, tell);
      });
      const anchor = context.config.value(settings.anchor);
      const finding = anchor === undefined ? undefined : await assertAnchored(vault, anchor);
      printJson({ ...counts, ...(finding !== undefined && { anchor: finding.kind }) });
      await warnOfKeptOriginals(vault.place);
    });
  },
});
