/** The vault: the sealed store of all wallets. docs/vault-format.md describes the file. */
import { randomBytes } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { inspect } from "node:util";
import type { Secret } from "../../providers/secret.ts";
import type { AccessRules } from "../../providers/support/trusted-folder.ts";
import { explainFileError, vaultCorrupt } from "../errors.ts";
import { checkFolders, ownerOnly } from "../store/sqlite/access.ts";
import { Database, type Session } from "../store/sqlite/database.ts";
import { giveOwnCounter } from "../store/sqlite/file-header.ts";
import { makeNewFile, syncToDisk } from "../store/sqlite/new-file.ts";
import { checkFormatVersion, checkSchema, createSchema, formatVersion } from "../store/sqlite/schema.ts";
import { FileIdentity, inspectVaultFile } from "../store/sqlite/vault-file.ts";
import { insertKeySlotRow, type KeySlotRow, readKeySlotRows } from "../store/tables/key-slot.ts";
import { checkLeaseRow, deleteLeaseRow } from "../store/tables/lease.ts";
import { insertVaultRow, readVaultRow } from "../store/tables/vault.ts";
import { readContents } from "./contents.ts";
import { openKeySlots, opensAnySlot, type PreparedSlot, type SlotOpener } from "./key-slots/key-slot.ts";
import { passwordOpener, preparePasswordSlot } from "./key-slots/password-slot.ts";
import { sealManifest, slotsHash } from "./manifest.ts";
import { RootKey } from "./root-key.ts";
import { deleteSlot, insertSlot, replacePasswordSlots } from "./slot-changes.ts";
import { VaultState } from "./state.ts";
import { deleteWallet, findWallet, insertWallets, type WalletEntry } from "./wallet-changes.ts";
import type { StoredWallet, WalletRecord, WalletSummary } from "./wallet-record.ts";

/**
 * Makes the file of a vault without wallets, mode 0600, and its directory, mode 0700, if there is none.
 *
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_PERMISSIONS`
 */
export async function createVaultFile(
  path: string,
  rootKey: RootKey,
  slot: KeySlotRow,
  access: AccessRules,
): Promise<void> {
  checkFolders(path, access);
  await makeDirectory(dirname(resolve(path)));
  await makeNewFile(path, (temporaryFile) => fill(temporaryFile, rootKey, slot));
}

/** Made with all that are missing above it, and kept by the disk: or a power cut would take the vault with its directory. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    const first = await mkdir(directory, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = directory; made.length >= first.length; made = dirname(made))
      await syncToDisk(dirname(made));
  } catch (error) {
    throw explainFileError("CANNOT_WRITE", `The directory ${directory} cannot be made`, error);
  }
}

async function fill(file: string, rootKey: RootKey, slot: KeySlotRow): Promise<void> {
  const manifest = { generation: 1, count: 0, digest: 0n, slots: slotsHash(rootKey, [slot]) };
  const database = await Database.open(file);
  try {
    await createSchema(database);
    await database.transaction(async (session) => {
      await insertVaultRow(session, {
        formatVersion,
        vaultId: rootKey.vaultId,
        manifest: sealManifest(rootKey, manifest),
      });
      await insertKeySlotRow(session, slot);
    });
  } finally {
    await database.close();
  }
  await giveOwnCounter(file);
}

/** The purposes that the vault seals and hashes its own rows for. */
const ownPurposes = ["fingerprint", "wallet", "manifest", "wallet-digest", "slot-digest"];

/** What a full check went through. */
export interface VaultCounts {
  readonly generation: number;
  readonly wallets: number;
  readonly keySlots: number;
  /** Of the rows of other tables, by their name. */
  readonly [others: string]: number;
}

/** Opens the rows of tables that are not the vault's own, and counts them by name. */
export type RowCheck = (session: Session) => Promise<Readonly<Record<string, number>>>;

const noOtherRows: RowCheck = async () => ({});

/** Which vault it is; in hexadecimal. */
export interface VaultIdentity {
  /** Stands in the file unprotected. */
  readonly vaultId: string;
  /** Comes from the root key: only who has that can make a vault of this fingerprint. */
  readonly fingerprint: string;
}

/** What can be told of a vault without telling what is in it. */
export interface VaultStatus extends VaultIdentity {
  readonly path: string;
  readonly format: number;
  readonly generation: number;
  readonly wallets: number;
  readonly slots: readonly (Pick<KeySlotRow, "slotId" | "kind"> & {
    /** As they stand in the slot; what they mean depends on the kind. */
    readonly parameters: unknown;
  })[];
  /** Of the file, in bytes. */
  readonly size: number;
}

/**
 * An open vault. In memory are the root key and a list of the wallets without their secrets; a record is decrypted
 * when it is asked for. Every change is on disk when its promise resolves. Several processes may use one file.
 */
export class Vault {
  /** The absolute path of the file, links resolved. */
  readonly path: string;
  /** For the statements of the other tables. */
  readonly database: Database;
  readonly #rootKey: RootKey;
  readonly #state: VaultState;

  private constructor(database: Database, rootKey: RootKey, state: VaultState) {
    this.path = database.path;
    this.database = database;
    this.#rootKey = rootKey;
    this.#state = state;
  }

  /**
   * Makes a vault without wallets and opens it. Its directory is made if there is none.
   *
   * @throws KmsError `FILE_EXISTS` whatever lies at the path, `CANNOT_WRITE`, `INVALID_INPUT` for an empty password
   */
  static create(path: string, password: Secret): Promise<Vault> {
    return Vault.createWith(path, preparePasswordSlot(password));
  }

  /** Makes a vault with a key slot of any kind; otherwise like {@link Vault.create}. */
  static async createWith(
    path: string,
    makeSlot: PreparedSlot,
    access: AccessRules = ownerOnly,
  ): Promise<Vault> {
    const rootKey = RootKey.generate(randomBytes(16));
    await createVaultFile(path, rootKey, makeSlot(rootKey, 1), access);
    return Vault.#load(await inspectVaultFile(path, access), async () => rootKey, access);
  }

  /**
   * Opens a vault and checks all of it.
   *
   * @throws KmsError `NO_WALLET_FILE`, `VAULT_IS_ORIGINAL`, `NOT_A_VAULT`, `VAULT_PERMISSIONS`, `VAULT_TOO_NEW`,
   * `VAULT_CORRUPT`, `VAULT_BUSY`, `WRONG_PASSWORD`
   */
  static open(path: string, password: Secret): Promise<Vault> {
    return Vault.openWith(path, passwordOpener(password));
  }

  /** Opens a vault by its key slots of any kind; otherwise like {@link Vault.open}. */
  static openWith(path: string, opener: SlotOpener): Promise<Vault> {
    return Vault.openBy(path, async () => opener);
  }

  /**
   * Opens a vault like {@link Vault.openWith}.
   * @param choose is told the kinds of the vault's key slots, and the id that the file says it has, in hexadecimal
   */
  static async openBy(
    path: string,
    choose: (slotKinds: readonly string[], vaultId: string) => Promise<SlotOpener>,
    access: AccessRules = ownerOnly,
  ): Promise<Vault> {
    return Vault.#load(await inspectVaultFile(path, access), (database) => unlock(database, choose), access);
  }

  static async #load(
    path: string,
    unlockRootKey: (database: Database) => Promise<RootKey>,
    access: AccessRules,
  ): Promise<Vault> {
    const file = await FileIdentity.of(path);
    const database = await Database.open(path, access);
    let rootKey: RootKey | undefined;
    try {
      await checkSchema(database);
      const key = await unlockRootKey(database);
      rootKey = key;
      const contents = await database.read((session) => readContents(session, key));
      return new Vault(database, key, new VaultState(database, key, file, contents));
    } catch (error) {
      rootKey?.wipe();
      await database.close();
      throw error;
    }
  }

  get identity(): VaultIdentity {
    const { vaultId } = this.#rootKey;
    const fingerprint = this.#rootKey.keyedHash("fingerprint", vaultId).subarray(0, 16);
    return { vaultId: toHex(vaultId), fingerprint: toHex(fingerprint) };
  }

  /** Grows by one with every change of the wallets or key slots. */
  get generation(): number {
    return this.#state.contents.manifest.generation;
  }

  /** All wallets, newest first. */
  wallets(): readonly WalletSummary[] {
    return this.#state.contents.index
      .newestFirst()
      .map(({ recordId: _, position: __, ...summary }) => summary);
  }

  /**
   * The record of a wallet, or `undefined` when there is none.
   *
   * @throws KmsError `VAULT_CORRUPT`
   */
  get(signatureId: string): Promise<WalletRecord | undefined> {
    return this.#state.read(async (session) => {
      const { index } = await this.#state.catchUp(session);
      const wallet = index.get(signatureId);
      return wallet && (await findWallet(session, this.#rootKey, wallet)).record;
    });
  }

  /**
   * All wallets with their records, newest first, after a full check.
   *
   * @throws KmsError `VAULT_CORRUPT`
   */
  exportAll(): Promise<[signatureId: string, record: WalletRecord][]> {
    return this.#state.read(async (session) => {
      const wallets: StoredWallet[] = [];
      await this.#state.catchUp(session);
      await readContents(session, this.#rootKey, (wallet) => wallets.push(wallet));
      wallets.sort((a, b) => b.position - a.position);
      return wallets.map(({ signatureId, record }) => [signatureId, record]);
    });
  }

  /**
   * Adds wallets, all or none; the last one is the newest.
   *
   * @throws KmsError `WALLET_EXISTS` naming the signature ID, `INVALID_INPUT` when a wallet is too large
   */
  async add(entries: readonly WalletEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#state.change((session, contents) => insertWallets(session, this.#rootKey, contents, entries));
  }

  /**
   * Removes a wallet for good.
   *
   * @returns `false` when there is none.
   */
  remove(signatureId: string): Promise<boolean> {
    return this.#state.change(async (session, contents) => {
      const wallet = contents.index.get(signatureId);
      return wallet && deleteWallet(session, this.#rootKey, contents, wallet);
    });
  }

  /**
   * Takes over what other processes changed; cheap when they changed nothing.
   *
   * @returns Whether they did.
   * @throws KmsError `VAULT_CORRUPT`, also when the vault is an older state of itself
   */
  refresh(): Promise<boolean> {
    return this.#state.read(async (session) => {
      const before = this.#state.contents;
      return (await this.#state.catchUp(session)) !== before;
    });
  }

  /** Whether a password opens the vault; takes as long as opening it. */
  async opensWith(password: Secret): Promise<boolean> {
    const slots = await this.#state.read(readKeySlotRows);
    return opensAnySlot(this.#rootKey.vaultId, slots, passwordOpener(password));
  }

  /**
   * Replaces all password slots by one with the new password. The records stay as they are.
   *
   * Copies of the vault made before still open with the old password.
   *
   * @throws KmsError `INVALID_INPUT` when the vault has no password
   */
  async changePassword(newPassword: Secret): Promise<void> {
    const makeSlot = preparePasswordSlot(newPassword);
    await this.#state.change((session, contents) =>
      replacePasswordSlots(session, this.#rootKey, contents, makeSlot),
    );
  }

  /**
   * Adds a key slot beside those that are there.
   *
   * @returns its number
   * @throws KmsError `INVALID_INPUT` when there are too many
   */
  async addSlot(makeSlot: PreparedSlot): Promise<number> {
    let slotId = 0;
    await this.#state.change(async (session, contents) => {
      const change = await insertSlot(session, this.#rootKey, contents, makeSlot);
      slotId = change.slotId;
      return change;
    });
    return slotId;
  }

  /**
   * Removes a key slot. Copies of the vault made before still open with it.
   *
   * @throws KmsError `INVALID_INPUT` when there is no such slot, or it is the last one
   */
  async removeSlot(slotId: number): Promise<void> {
    await this.#state.change((session, contents) => deleteSlot(session, this.#rootKey, contents, slotId));
  }

  /**
   * Checks the file as {@link Vault.open} does: as a database, and every record against the manifest.
   *
   * @param checkRows Checks the rows of the other tables as well.
   * @throws KmsError `VAULT_CORRUPT` naming what is wrong, and what `checkRows` throws
   */
  async verify(checkRows: RowCheck = noOtherRows): Promise<VaultCounts> {
    await checkSchema(this.database);
    return await this.#state.read(async (session) => {
      await this.#state.catchUp(session);
      return await this.#count(session, checkRows);
    });
  }

  /**
   * Writes a copy, mode 0600, and checks it like {@link Vault.verify}. Others may go on using the vault meanwhile. No daemon
   * holds the copy's lease.
   *
   * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_CORRUPT`, and what `checkRows` throws
   */
  backup(file: string, checkRows: RowCheck = noOtherRows): Promise<VaultCounts> {
    return makeNewFile(file, async (temporaryFile) => {
      await this.database.copyInto(temporaryFile);
      const copy = await Database.open(temporaryFile);
      let counts: VaultCounts;
      try {
        await copy.transaction(deleteLeaseRow);
        await checkSchema(copy);
        counts = await copy.read((session) => this.#count(session, checkRows));
      } finally {
        await copy.close();
      }
      await giveOwnCounter(temporaryFile);
      return counts;
    });
  }

  async status(): Promise<VaultStatus> {
    const { size } = await stat(this.path);
    return this.#state.read(async (session) => {
      const { manifest } = await this.#state.catchUp(session);
      const slots = await readKeySlotRows(session);
      return {
        path: this.path,
        format: formatVersion,
        ...this.identity,
        generation: manifest.generation,
        wallets: manifest.count,
        slots: slots.map(({ slotId, kind, parameters }) => ({
          slotId,
          kind,
          parameters: JSON.parse(parameters) as unknown,
        })),
        size,
      };
    });
  }

  /** Seals a row of another table; see {@link RootKey.seal}. */
  seal(purpose: string, id: Uint8Array, plainText: Uint8Array): Uint8Array {
    return this.#rootKey.seal(foreignPurpose(purpose), id, plainText);
  }

  /**
   * The counterpart of {@link seal}.
   *
   * @throws KmsError `VAULT_CORRUPT` when the bytes were not sealed under this purpose and id in this vault
   */
  open(purpose: string, id: Uint8Array, sealed: Uint8Array): Uint8Array {
    const plainText = this.#rootKey.open(foreignPurpose(purpose), id, sealed);
    if (plainText !== undefined) return plainText;
    throw vaultCorrupt(`${purpose} record ${Buffer.from(id).toString("hex")} does not open`);
  }

  /** HMAC-SHA-256 under a key of this vault and this purpose; 32 bytes. */
  keyedHash(purpose: string, bytes: Uint8Array): Uint8Array {
    return this.#rootKey.keyedHash(foreignPurpose(purpose), bytes);
  }

  /** Wipes the root key and closes the file. The vault cannot be used any more. */
  async close(): Promise<void> {
    await this.#state.close();
  }

  async #count(session: Session, checkRows: RowCheck): Promise<VaultCounts> {
    const { manifest } = await readContents(session, this.#rootKey);
    const slots = await readKeySlotRows(session);
    await checkLeaseRow(session);
    const others = await checkRows(session);
    return { generation: manifest.generation, wallets: manifest.count, keySlots: slots.length, ...others };
  }

  toJSON(): string {
    return `[vault ${this.path}]`;
  }

  [inspect.custom](): string {
    return `[vault ${this.path}]`;
  }
}

async function unlock(
  database: Database,
  choose: (slotKinds: readonly string[], vaultId: string) => Promise<SlotOpener>,
): Promise<RootKey> {
  const { vault, slots } = await database.read(async (session) => ({
    vault: await readVaultRow(session),
    slots: await readKeySlotRows(session),
  }));
  checkFormatVersion(vault.formatVersion);
  const kinds = slots.map(({ kind }) => kind);
  const opener = await choose(kinds, toHex(vault.vaultId));
  // Outside the transaction: deriving a key takes long, and another process may want to write.
  return openKeySlots(vault.vaultId, slots, opener);
}

function foreignPurpose(purpose: string): string {
  if (ownPurposes.includes(purpose)) throw new RangeError(`The purpose ${purpose} is the vault's own.`);
  return purpose;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
