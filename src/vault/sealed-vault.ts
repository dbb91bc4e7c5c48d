/** The vault, sealed: it shows which key slots it has, and opens to who has the key of one. */
import { randomBytes } from "node:crypto";
import { checkFormatVersion, formatVersion } from "../store/format.ts";
import type { Store, StorePlace } from "../store/store.ts";
import { insertKeySlotRow, type KeySlotRow, readKeySlotRows } from "../store/tables/key-slot.ts";
import { insertVaultRow, readVaultRow } from "../store/tables/vault.ts";
import { openKeySlots, type PreparedSlot, type SlotOpener } from "./key-slots/key-slot.ts";
import { sealManifest, slotsHash } from "./manifest.ts";
import { RootKey } from "./root-key.ts";
import { Vault } from "./vault.ts";

/** Converts a store of an older format, all of it or nothing. */
export type Conversion = (store: Store, rootKey: RootKey) => Promise<void>;

export class SealedVault {
  readonly #store: Store;
  readonly #vaultId: Uint8Array;
  readonly #slots: readonly KeySlotRow[];

  private constructor(store: Store, vaultId: Uint8Array, slots: readonly KeySlotRow[]) {
    this.#store = store;
    this.#vaultId = vaultId;
    this.#slots = slots;
  }

  /**
   * @param store stays the caller's to close, until the vault is unsealed
   * @throws KmsError `VAULT_TOO_NEW`, `VAULT_CORRUPT`
   */
  static async open(store: Store): Promise<SealedVault> {
    const { vault, slots } = await store.read(async (session) => ({
      vault: await readVaultRow(session),
      slots: await readKeySlotRows(session),
    }));
    checkFormatVersion(vault.formatVersion);
    return new SealedVault(store, vault.vaultId, slots);
  }

  /** What the store says it is, in hexadecimal; nothing proves it before the vault is open. */
  get vaultId(): string {
    return Buffer.from(this.#vaultId).toString("hex");
  }

  /** The kind of each key slot. */
  get slotKinds(): readonly string[] {
    return this.#slots.map(({ kind }) => kind);
  }

  /**
   * Opens the vault, which closes the store with itself.
   *
   * @param convert brings a store of an older format to this one
   * @throws KmsError `WRONG_PASSWORD`, `VAULT_CORRUPT`, and what a token says
   */
  async unseal(opener: SlotOpener, convert: Conversion): Promise<Vault> {
    // Outside a transaction: deriving a key takes long, and another process may want to write.
    const rootKey = await openKeySlots(this.#vaultId, this.#slots, opener);
    try {
      if (this.#store.format < formatVersion) await convert(this.#store, rootKey);
      return await Vault.load(this.#store, rootKey);
    } catch (error) {
      rootKey.wipe();
      throw error;
    }
  }
}

/**
 * Makes a vault without wallets, and opens it.
 * @throws KmsError `FILE_EXISTS` whatever lies at the place, `CANNOT_WRITE`, `VAULT_PERMISSIONS`, `INVALID_INPUT` for an empty password
 */
export async function createVault(place: StorePlace, makeSlot: PreparedSlot): Promise<Vault> {
  const rootKey = RootKey.generate(randomBytes(16));
  await writeVault(place, rootKey, makeSlot(rootKey, 1));
  const store = await place.open();
  try {
    return await Vault.load(store, rootKey);
  } catch (error) {
    rootKey.wipe();
    await store.close();
    throw error;
  }
}

/**
 * Makes a vault without wallets that has a given root key and slot.
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_PERMISSIONS`
 */
export async function writeVault(place: StorePlace, rootKey: RootKey, slot: KeySlotRow): Promise<void> {
  const slots = slotsHash(rootKey, [slot]);
  const manifest = {
    generation: 1,
    count: 0,
    digest: 0n,
    removed: 0n,
    slots,
    nextPosition: 0,
    indexed: 0,
  };
  await place.create(async (session) => {
    await insertVaultRow(session, {
      formatVersion,
      vaultId: rootKey.vaultId,
      manifest: sealManifest(rootKey, manifest),
    });
    await insertKeySlotRow(session, slot);
  });
}
