/**
 * Key slots: each holds the root key, wrapped under keys that come from something its owner has (a password or
 * a token). Slots of one vault hold the same root key, so they are added, removed and changed without touching a
 * record.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { KmsError, vaultCorrupt } from "../../errors.ts";
import type { KeySlotRow } from "../../store/tables/key-slot.ts";
import {
  aesGcmDecrypt,
  aesGcmEncrypt,
  lengthPrefixed,
  nonceLength,
  RootKey,
  rootKeyLength,
  tagLength,
} from "../root-key.ts";

/** What a slot's owner can produce; 32 bytes each. */
export interface SlotKeys {
  /** Wraps the root key. */
  readonly encryptionKey: Uint8Array;
  /** Proves, before anything is unwrapped, that these are the keys of this slot. */
  readonly commitmentKey: Uint8Array;
}

/** A way to open the key slots of one kind. */
export interface SlotOpener {
  readonly kind: string;
  /**
   * Refuses slots that would cost too much, one after another, before the first of them costs anything.
   *
   * @throws KmsError `VAULT_CORRUPT`
   */
  assertAffordable?(slots: readonly Pick<KeySlotRow, "slotId" | "parameters">[]): void;
  /**
   * The keys of the slot with these parameters, for the caller to wipe.
   *
   * @param slotId For errors.
   * @returns `undefined` when the slot is not one of this owner, so far as that can be told without the keys
   * @throws KmsError `VAULT_CORRUPT` when the parameters are not acceptable; it must be found before they cost anything
   */
  slotKeys(slotId: number, parameters: string): Promise<SlotKeys | undefined>;
  /** The error when no slot of the kind opens. */
  refused(): KmsError;
}

/** The slow part of making a slot is done; what is left makes it, once. */
export type PreparedSlot = (rootKey: RootKey, slotId: number) => KeySlotRow;

/** Key commitment: AES-GCM by itself would let one wrapped key open under several keys. */
function commit(commitmentKey: Uint8Array, vaultId: Uint8Array, slot: SlotIdentity): Uint8Array {
  return createHmac("sha256", commitmentKey).update(slotIdentity(vaultId, slot)).digest();
}

type SlotIdentity = Pick<KeySlotRow, "slotId" | "kind" | "parameters">;

function slotIdentity(vaultId: Uint8Array, { slotId, kind, parameters }: SlotIdentity): Uint8Array {
  return lengthPrefixed(["tatum-kms/v1/slot", vaultId, slotId, kind, parameters]);
}

/**
 * Not a defence but a help: without it, a damaged salt would look like a wrong password.
 *
 * @returns SHA-256 over the vault id and all columns of the slot
 */
export function slotChecksum(vaultId: Uint8Array, slot: Omit<KeySlotRow, "checksum">): Uint8Array {
  const { slotId, kind, parameters, commitment, wrappedKey } = slot;
  return createHash("sha256")
    .update(
      lengthPrefixed([
        "tatum-kms/v1/slot-checksum",
        vaultId,
        slotId,
        kind,
        parameters,
        commitment,
        wrappedKey,
      ]),
    )
    .digest();
}

/** Keys that were wiped too early would leave the root key open to everybody. */
function assertSecret({ encryptionKey, commitmentKey }: SlotKeys): void {
  const isSecret = (key: Uint8Array): boolean =>
    key.length === rootKeyLength && key.some((byte) => byte !== 0);
  if (isSecret(encryptionKey) && isSecret(commitmentKey)) return;
  throw new KmsError("INTERNAL", "The keys of the new key slot are none; nothing was written.");
}

/** Wraps the root key in a new slot and wipes the slot's keys. */
export function makeKeySlot(rootKey: RootKey, identity: SlotIdentity, keys: SlotKeys): KeySlotRow {
  assertSecret(keys);
  const { vaultId } = rootKey;
  const nonce = randomBytes(nonceLength);
  const additionalData = slotIdentity(vaultId, identity);
  const wrappedKey = rootKey.wrapWith((key) =>
    Buffer.concat([nonce, aesGcmEncrypt(keys.encryptionKey, nonce, key, additionalData)]),
  );
  const slot = { ...identity, commitment: commit(keys.commitmentKey, vaultId, identity), wrappedKey };
  wipe(keys);
  return { ...slot, checksum: slotChecksum(vaultId, slot) };
}

/**
 * The root key, from the first slot that the opener's keys belong to. Slots of other kinds are left alone.
 *
 * @throws KmsError `VAULT_CORRUPT` naming the slot, or what the opener refuses with
 */
export async function openKeySlots(
  vaultId: Uint8Array,
  slots: readonly KeySlotRow[],
  opener: SlotOpener,
): Promise<RootKey> {
  for (const slot of slots) {
    if (!equal(slot.checksum, slotChecksum(vaultId, slot))) {
      throw vaultCorrupt(
        `key slot ${slot.slotId}: its checksum does not match, or it is a slot of another vault`,
      );
    }
  }
  const candidates = slots.filter((slot) => slot.kind === opener.kind);
  if (slots.length === 0) throw vaultCorrupt("it has no key slot");
  if (candidates.length === 0) {
    const kinds = [...new Set(slots.map((slot) => slot.kind))].join(", ");
    throw new KmsError(
      "CONFIGURATION",
      `The vault cannot be unlocked with a ${opener.kind}: its key slots are of the kind ${kinds}.`,
      { hint: "Unlock it in the other way; `vault slot add` adds a key slot." },
    );
  }
  opener.assertAffordable?.(candidates);
  for (const slot of candidates) {
    const rootKey = await openKeySlot(vaultId, slot, opener);
    if (rootKey !== undefined) return rootKey;
  }
  throw opener.refused();
}

/** Whether the opener's keys belong to any of the slots. */
export async function opensAnySlot(
  vaultId: Uint8Array,
  slots: readonly KeySlotRow[],
  opener: SlotOpener,
): Promise<boolean> {
  for (const slot of slots.filter(({ kind }) => kind === opener.kind)) {
    const rootKey = await openKeySlot(vaultId, slot, opener);
    rootKey?.wipe();
    if (rootKey !== undefined) return true;
  }
  return false;
}

async function openKeySlot(
  vaultId: Uint8Array,
  slot: KeySlotRow,
  opener: SlotOpener,
): Promise<RootKey | undefined> {
  const keys = await opener.slotKeys(slot.slotId, slot.parameters);
  if (keys === undefined) return undefined;
  try {
    if (!equal(slot.commitment, commit(keys.commitmentKey, vaultId, slot))) return undefined;
    const key = unwrap(keys.encryptionKey, slot.wrappedKey, slotIdentity(vaultId, slot));
    if (key === undefined) {
      throw vaultCorrupt(`key slot ${slot.slotId}: its key is right, but the root key in it does not open`);
    }
    return new RootKey(key, vaultId);
  } finally {
    wipe(keys);
  }
}

function unwrap(
  encryptionKey: Uint8Array,
  wrappedKey: Uint8Array,
  additionalData: Uint8Array,
): Uint8Array | undefined {
  if (wrappedKey.length !== nonceLength + rootKeyLength + tagLength) return undefined;
  const nonce = wrappedKey.subarray(0, nonceLength);
  return aesGcmDecrypt(encryptionKey, nonce, wrappedKey.subarray(nonceLength), additionalData);
}

function wipe(keys: SlotKeys): void {
  keys.encryptionKey.fill(0);
  keys.commitmentKey.fill(0);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
