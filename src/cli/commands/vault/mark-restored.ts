/** `vault mark-restored`: for a vault that was turned back where it lies, as a database is that lost commits at a fail-over. */
import { untilNoneHeld } from "../../../lease/watch.ts";
import { defineCommand } from "../../command.ts";
import { confirmKnowingly } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printNote } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "mark-restored",
    description: "Treat this vault as one that may not know all that was signed",
  },
  examples: ["tatum-kms vault mark-restored --store=postgres://kms@db/kms"],
  args: { ...pickOptions("yes"), ...vaultOptions },
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      await confirmKnowingly(
        context,
        `The vault ${vault.place} is going to be marked as restored: what was signed last may not be in its journal.`,
      );
      await vault.markRestored(Date.now(), await untilNoneHeld(vault.store));
      printNote(
        "Until you confirm it with `job recover`, the daemon parks what may have been paid before and signs nothing of it.",
      );
    });
  },
});
