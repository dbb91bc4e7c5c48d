/** The vault, open: the sealed wallets and key slots of one store. docs/vault-format.md describes them. */
import { inspect } from "node:util";
import type { Network } from "../../chains/chain.ts";
import type { Secret } from "../../providers/secret.ts";
import { vaultCorrupt } from "../errors.ts";
import type { Session, Store, StoreReplacement } from "../store/store.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { deleteLeaseRows } from "../store/tables/lease.ts";
import { readWalletRow } from "../store/tables/wallet.ts";
import { checkAllWallets, countAll, type OnProgress, type RowCheck, type VaultCounts } from "./contents.ts";
import { opensAnySlot, type PreparedSlot } from "./key-slots/key-slot.ts";
import { passwordOpener, preparePasswordSlot } from "./key-slots/password-slot.ts";
import type { RootKey, VaultIdentity } from "./root-key.ts";
import { deleteSlot, insertSlot, replacePasswordSlots } from "./slot-changes.ts";
import { type Commits, type JournalRegister, type MarkedState, VaultState } from "./state.ts";
import { type LastBackup, lastBackupOf, type VaultStatus, vaultStatus } from "./status.ts";
import { deleteWallet, findWallet, insertWallets, type WalletEntry } from "./wallet-changes.ts";
import { WalletDirectory } from "./wallet-directory.ts";
import { type WalletRecord, type WalletSummary, walletKeyOf } from "./wallet-record.ts";

/** The purposes that the vault seals and hashes its own rows for. */
const ownPurposes =
  /^(?:fingerprint|manifest|slot-digest|wallet|wallet-key|wallet-digest|removed-wallet\/\d+|removed-digest|address|label|name-digest)$/;

/** What seals and hashes the rows of other tables; see {@link RootKey}. */
export interface Sealing {
  seal(purpose: string, id: Uint8Array, plainText: Uint8Array): Uint8Array;
  open(purpose: string, id: Uint8Array, sealed: Uint8Array): Uint8Array;
  keyedHash(purpose: string, bytes: Uint8Array): Uint8Array;
}

const noOtherRows: RowCheck = async () => ({});

/** How a backup takes a vault's place. */
export interface Restoring {
  /** In milliseconds since 1970. */
  readonly restoredAt: number;
  readonly checkRows: RowCheck;
  /** As {@link StoreReplacement} has it; `undefined` where nothing lies at the place. */
  readonly whileQuiet: StoreReplacement<VaultCounts>["whileQuiet"] | undefined;
}

/**
 * An open vault. In memory are the root key, and a list of the wallets without their secrets once that was asked for; a
 * record is found by its signature ID, and decrypted, when it is asked for. Every change is on disk when its promise resolves. Several processes may use one store.
 */
export class Vault implements Sealing {
  /** For the statements of the other tables. */
  readonly store: Store;
  /** By what wallets are found, and what may be said of them. */
  readonly directory: WalletDirectory;
  readonly commits: Commits;
  /** Told how many wallets a full check, or one change, has gone through. */
  onProgress: OnProgress = () => undefined;
  readonly journals: JournalRegister;
  readonly #rootKey: RootKey;
  readonly #state: VaultState;

  private constructor(store: Store, rootKey: RootKey, state: VaultState) {
    this.store = store;
    this.commits = state.commits;
    this.journals = state;
    this.#rootKey = rootKey;
    this.#state = state;
    this.directory = new WalletDirectory(rootKey, state);
  }

  /**
   * Reads what says which state the vault is in, and no wallet. {@link SealedVault} has the key.
   *
   * @param rootKey taken over: it is wiped with the vault
   * @throws KmsError `VAULT_CORRUPT`
   */
  static async load(store: Store, rootKey: RootKey): Promise<Vault> {
    return new Vault(store, rootKey, await VaultState.load(store, rootKey));
  }

  /** Where it is, for people; see {@link Store.place}. */
  get place(): string {
    return this.store.place;
  }

  get identity(): VaultIdentity {
    const { vaultId } = this.#rootKey;
    const fingerprint = this.#rootKey.keyedHash("fingerprint", vaultId).subarray(0, 16);
    return { vaultId: toHex(vaultId), fingerprint: toHex(fingerprint) };
  }

  /** Grows by one with every change of the wallets or key slots, and with each journal that is begun. */
  get generation(): number {
    return this.#state.manifest.generation;
  }

  /** All wallets, newest first; all are read and checked the first time. */
  wallets(): Promise<readonly WalletSummary[]> {
    return this.#state.readIndex(async (index) => index.newestFirst());
  }

  /**
   * The signature IDs of a chain on a network, newest first; the same array until one of these wallets is added, changed or removed.
   * @param apiKey only those that belong to the API key of this name
   */
  signatureIds(ticker: string, network: Network, apiKey?: string): Promise<readonly string[]> {
    return this.#state.readIndex(async (index) => index.idsOf(ticker, network, apiKey));
  }

  /**
   * The record of a wallet, found without a look at the others; `undefined` when there is none, which is only said when
   * all that are there are those of the manifest.
   *
   * @throws KmsError `VAULT_CORRUPT`
   */
  async get(signatureId: string): Promise<WalletRecord | undefined> {
    return (await this.find(signatureId))?.record;
  }

  /** {@link get}, with the bytes of the row, by which {@link holds} knows the record again. */
  find(
    signatureId: string,
  ): Promise<{ readonly record: WalletRecord; readonly sealed: Uint8Array } | undefined> {
    return this.#state.read(async (session) => {
      const manifest = await this.#state.catchUp(session);
      const found = await findWallet(session, this.#rootKey, signatureId);
      if (found === undefined) await checkAllWallets(session, this.#rootKey, manifest);
      return found && { record: found.wallet.record, sealed: found.row.sealed };
    });
  }

  /** Whether the vault still holds the very record of a wallet that was found before; nothing is opened for it. */
  holds(signatureId: string, sealed: Uint8Array): Promise<boolean> {
    return this.#state.read(async (session) => {
      await this.#state.catchUp(session);
      const row = await readWalletRow(session, walletKeyOf(this.#rootKey, signatureId));
      return row !== undefined && Buffer.from(row.sealed).equals(sealed);
    });
  }

  /**
   * All wallets with their records, newest first, after a full check.
   *
   * @throws KmsError `VAULT_CORRUPT`
   */
  exportAll(): Promise<[signatureId: string, record: WalletRecord][]> {
    return this.#state.readAll(({ signatureId, record }) => [signatureId, record]);
  }

  /** {@link exportAll} with what the wallets are found by, and when they were stored. */
  exportEntries(): Promise<Required<WalletEntry>[]> {
    return this.#state.readAll(({ signatureId, record, position: _, ...names }) => [
      signatureId,
      record,
      names,
    ]);
  }

  /**
   * Adds wallets, all or none; the last one is the newest.
   *
   * @throws KmsError `WALLET_EXISTS` naming the signature ID, `INVALID_INPUT` when a wallet is too large
   */
  async add(entries: readonly WalletEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#state.change((change) => insertWallets(change, entries, this.onProgress));
  }

  /**
   * {@link add} for wallets of another vault, in one transaction with what else comes from there.
   *
   * @param mergedJobKeys all that there are from now on, see {@link JournalRegister}
   * @param alongside changes the rows of other tables
   */
  async merge(
    entries: readonly WalletEntry[],
    mergedJobKeys: readonly string[],
    alongside: (session: Session) => Promise<void>,
  ): Promise<void> {
    await this.#state.change(async (change) => {
      await alongside(change.session);
      const { removed } = change.manifest;
      const manifest = await insertWallets(
        { ...change, manifest: { ...(await this.#state.look(change.session)), removed } },
        entries,
        this.onProgress,
      );
      return { ...manifest, mergedJobKeys };
    });
  }

  /**
   * Removes a wallet.
   *
   * @param until when it can be restored no more, in milliseconds since 1970; without it, it is gone at once
   * @returns `false` when there is none
   */
  remove(signatureId: string, until?: number): Promise<boolean> {
    return this.#state.change((change) => deleteWallet(change, signatureId, until));
  }

  /**
   * Takes over what other processes changed; cheap when they changed nothing.
   *
   * @returns Whether they did.
   * @throws KmsError `VAULT_CORRUPT`, also when the vault is an older state of itself
   */
  refresh(): Promise<boolean> {
    return this.#state.read(async (session) => {
      const before = this.generation;
      return (await this.#state.catchUp(session)).generation !== before;
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
    await this.#state.change((change) => replacePasswordSlots(change, makeSlot));
  }

  /**
   * Adds a key slot beside those that are there.
   *
   * @returns its number
   * @throws KmsError `INVALID_INPUT` when there are too many
   */
  async addSlot(makeSlot: PreparedSlot): Promise<number> {
    let slotId = 0;
    await this.#state.change(async (change) => {
      const inserted = await insertSlot(change, makeSlot);
      slotId = inserted.slotId;
      return inserted.manifest;
    });
    return slotId;
  }

  /**
   * Removes a key slot. Copies of the vault made before still open with it.
   *
   * @throws KmsError `INVALID_INPUT` when there is no such slot, or it is the last one
   */
  async removeSlot(slotId: number): Promise<void> {
    await this.#state.change((change) => deleteSlot(change, slotId));
  }

  /**
   * Checks the store as a database, and every record against the manifest.
   *
   * @param checkRows Checks the rows of the other tables as well.
   * @throws KmsError `VAULT_CORRUPT` naming what is wrong, and what `checkRows` throws
   */
  async verify(checkRows: RowCheck = noOtherRows): Promise<VaultCounts> {
    await this.store.check();
    return await this.#state.read(async (session) => {
      await this.#state.catchUp(session);
      return await countAll(session, this.#rootKey, { checkRows, onProgress: this.onProgress });
    });
  }

  /**
   * Writes a copy, mode 0600, and checks it like {@link Vault.verify}; then the vault knows when that was. Others may go on using
   * the vault meanwhile. No daemon holds the copy's lease.
   *
   * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_CORRUPT`, and what `checkRows` throws
   */
  async backup(place: string, checkRows: RowCheck = noOtherRows): Promise<VaultCounts> {
    const finish = (copy: Store): Promise<VaultCounts> => this.#finishCopy(copy, deleteLeaseRows, checkRows);
    const { nextPosition } = this.#state.manifest;
    const counts = await this.store.copyInto(place, finish);
    await this.#state.recordBackup({ at: Date.now(), nextPosition });
    return counts;
  }

  /**
   * {@link backup} in the place of the vault that lies there, marked as restored.
   *
   * @returns what the copy holds, and where the vault is now that was there
   */
  restoreOver(place: string, { restoredAt, checkRows, whileQuiet }: Restoring) {
    const mark = (session: Session): Promise<void> =>
      deleteLeaseRows(session).then(() => this.#state.markRestored(session, restoredAt));
    const finish = (copy: Store): Promise<VaultCounts> => this.#finishCopy(copy, mark, checkRows);
    return whileQuiet === undefined
      ? this.store.copyInto(place, finish).then((result) => ({ result, keptAs: undefined }))
      : this.store.copyOver(place, { finish, whileQuiet });
  }

  async #finishCopy(
    copy: Store,
    change: (session: Session) => Promise<void>,
    checkRows: RowCheck,
  ): Promise<VaultCounts> {
    await copy.transaction(change);
    await copy.check();
    return await copy.read((session) =>
      countAll(session, this.#rootKey, { checkRows, onProgress: this.onProgress }),
    );
  }

  /** Where it was copied to. */
  get marked(): MarkedState {
    return this.#state;
  }

  /** When the vault was restored from a backup, in milliseconds since 1970, while no person has confirmed it. */
  get restoredAt(): number | undefined {
    return this.#state.manifest.restoredAt;
  }

  /** The last backup, as far as this process has seen; `undefined` where there was none. */
  get lastBackup(): LastBackup | undefined {
    return lastBackupOf(this.#state.manifest);
  }

  /**
   * Marks this vault itself as restored, where it lies.
   * @param assertQuiet throws when a daemon works on it
   */
  markRestored(restoredAt: number, assertQuiet: (session: Session) => Promise<void>): Promise<void> {
    return this.store.transaction(async (session) => {
      await assertQuiet(session);
      await this.#state.markRestored(session, restoredAt);
    });
  }

  /** Takes a restored vault for complete, on a person's word. */
  async confirmRestored(): Promise<void> {
    await this.#state.change(async ({ manifest: { restoredAt, ...rest } }) =>
      restoredAt === undefined ? undefined : rest,
    );
  }

  async status(): Promise<VaultStatus> {
    const size = await this.store.size();
    return this.#state.read(async (session) => {
      const manifest = await this.#state.catchUp(session);
      const about = { path: this.place, ...this.identity, size };
      return vaultStatus(about, manifest, await readKeySlotRows(session));
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

  /** A copy of the key of {@link keyedHash}, for a vault that this one is merged into. */
  copyHashKey(purpose: string): Uint8Array {
    return this.#rootKey.copyHashKey(foreignPurpose(purpose));
  }

  /** Wipes the root key and closes the store. The vault cannot be used any more. */
  async close(): Promise<void> {
    await this.#state.close();
  }

  toJSON(): string {
    return `[vault ${this.place}]`;
  }

  [inspect.custom](): string {
    return `[vault ${this.place}]`;
  }
}

function foreignPurpose(purpose: string): string {
  if (ownPurposes.test(purpose)) throw new RangeError(`The purpose ${purpose} is the vault's own.`);
  return purpose;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
