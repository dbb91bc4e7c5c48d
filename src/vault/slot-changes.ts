/** Changes of key slots inside a transaction: a new one, a replaced one, one less. */
import { KmsError } from "../errors.ts";
import {
  deleteKeySlotRow,
  insertKeySlotRow,
  type KeySlotRow,
  MOST_SLOTS,
  readKeySlotRows,
} from "../store/tables/key-slot.ts";
import type { PreparedSlot } from "./key-slots/key-slot.ts";
import { passwordKind } from "./key-slots/password-slot.ts";
import { checkSlots, type Manifest, slotsHash } from "./manifest.ts";
import type { VaultChange } from "./state.ts";

/** @throws KmsError `INVALID_INPUT` when there are too many slots */
export async function insertSlot(
  change: VaultChange,
  makeSlot: PreparedSlot,
): Promise<{ readonly manifest: Manifest; readonly slotId: number }> {
  const slots = await genuineSlots(change);
  if (slots.length === MOST_SLOTS) {
    throw new KmsError("INVALID_INPUT", `A vault has at most ${MOST_SLOTS} key slots.`, {
      hint: "Remove one that is not needed, with `vault slot remove`.",
    });
  }
  const added = makeSlot(change.rootKey, nextSlotId(slots));
  await insertKeySlotRow(change.session, added);
  return {
    manifest: manifestWith(change, [...slots, added]),
    slotId: added.slotId,
  };
}

/** @throws KmsError `INVALID_INPUT` when there is no such slot, or it is the last one */
export async function deleteSlot(change: VaultChange, slotId: number): Promise<Manifest> {
  const slots = await genuineSlots(change);
  const remaining = slots.filter((slot) => slot.slotId !== slotId);
  if (remaining.length === slots.length) {
    throw new KmsError("INVALID_INPUT", `The vault has no key slot ${slotId}.`, {
      hint: "`vault slot list` shows the slots.",
    });
  }
  if (remaining.length === 0) {
    throw new KmsError("INVALID_INPUT", `Key slot ${slotId} is the last one: nobody could open the vault.`, {
      hint: "Add another one first, with `vault slot add`.",
    });
  }
  await deleteKeySlotRow(change.session, slotId);
  return manifestWith(change, remaining);
}

/**
 * Puts one password slot in the place of all that there are.
 * @throws KmsError `INVALID_INPUT` when there is none: a vault that tokens alone open gets no password unasked
 */
export async function replacePasswordSlots(change: VaultChange, makeSlot: PreparedSlot): Promise<Manifest> {
  const slots = await genuineSlots(change);
  const replaced = slots.filter(({ kind }) => kind === passwordKind);
  if (replaced.length === 0) {
    throw new KmsError("INVALID_INPUT", "The vault has no password that could be changed.", {
      hint: "`vault slot add` gives it one.",
    });
  }
  const added = makeSlot(change.rootKey, nextSlotId(slots));
  await insertKeySlotRow(change.session, added);
  for (const { slotId } of replaced) await deleteKeySlotRow(change.session, slotId);
  return manifestWith(change, [...slots.filter((slot) => !replaced.includes(slot)), added]);
}

/** The slots as they stand in the file: a slot that somebody slipped in must not get into the new manifest. */
async function genuineSlots({ session, rootKey, manifest }: VaultChange): Promise<readonly KeySlotRow[]> {
  const slots = await readKeySlotRows(session);
  checkSlots(rootKey, manifest, slots);
  return slots;
}

function nextSlotId(slots: readonly KeySlotRow[]): number {
  return Math.max(...slots.map(({ slotId }) => slotId)) + 1;
}

function manifestWith({ rootKey, manifest }: VaultChange, slots: readonly KeySlotRow[]): Manifest {
  return { ...manifest, slots: slotsHash(rootKey, slots) };
}
