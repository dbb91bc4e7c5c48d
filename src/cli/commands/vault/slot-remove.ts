/** `vault slot remove`: a key slot taken out of the vault. */
import type { Vault } from "../../../vault/vault.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirmation.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, readWholeNumber, vaultOptions } from "../../options.ts";
import { printNote } from "../../output.ts";

/** Asks before a key slot goes that can go; of another one the vault says what is wrong with it. */
async function confirmRemoval(context: CommandContext, vault: Vault, slotId: number): Promise<void> {
  const { slots } = await vault.status();
  const slot = slots.find((one) => one.slotId === slotId);
  if (slot === undefined || slots.length === 1) return;
  await confirm(
    context,
    `Key slot ${slotId} (${slot.kind}) is going to be removed: what it is for does not open the vault any more.`,
  );
}

export default defineCommand({
  meta: { name: "remove", description: "Remove a key slot; the last one cannot be removed" },
  examples: ["tatum-kms vault slot remove 1"],
  args: {
    slotId: {
      type: "positional",
      required: true,
      description: "Number of the slot, as `vault slot list` shows",
    },
    ...pickOptions("yes"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const slotId = readWholeNumber("number of the slot", args.slotId, 1, Number.MAX_SAFE_INTEGER);
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      await confirmRemoval(context, vault, slotId);
      await vault.removeSlot(slotId);
    });
    printNote(
      `Key slot ${slotId} was removed. Backups made before still open with it, and the root key in them opens this vault too.`,
    );
  },
});
