/** `vault slot remove`: a key slot taken out of the vault. */
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, readWholeNumber, vaultOptions } from "../../options.ts";
import { printNote } from "../../output.ts";

export default defineCommand({
  meta: { name: "remove", description: "Remove a key slot; the last one cannot be removed" },
  args: {
    slotId: {
      type: "positional",
      required: true,
      description: "Number of the slot, as `vault slot list` shows",
    },
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const slotId = readWholeNumber("number of the slot", args.slotId, 1, Number.MAX_SAFE_INTEGER);
    await withVault(await createContext(args), (vault) => vault.removeSlot(slotId));
    printNote(
      `Key slot ${slotId} was removed. Backups made before still open with it, and the root key in them opens this vault too.`,
    );
  },
});
