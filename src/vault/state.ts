/** An open vault in memory, kept in step with its store, which other processes may change as well. */
import pLimit from "p-limit";
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session, Store } from "../store/store.ts";
import { updateManifest } from "../store/tables/vault.ts";
import {
  checkRemovedWallets,
  readChanges,
  readContents,
  readManifest,
  readManifestAndSlots,
  visitContents,
} from "./contents.ts";
import { type Manifest, sealManifest } from "./manifest.ts";
import type { RootKey } from "./root-key.ts";
import type { WalletIndex } from "./wallet-index.ts";
import type { StoredWallet } from "./wallet-record.ts";

/** What a change of rows works with. */
export interface VaultChange {
  readonly session: Session;
  readonly rootKey: RootKey;
  /** What the vault holds before the change. */
  readonly manifest: Manifest;
  /** The generation that the change makes. */
  readonly generation: number;
}

/** The journals that there have to be, each as `<network> <chain>`. */
export interface JournalRegister {
  /** As a transaction sees them. */
  listedJournals(session: Session): Promise<readonly string[]>;
  /** Adds one, in the transaction that begins it. */
  listJournal(session: Session, name: string): Promise<void>;
  /** Of vaults that were merged into this one, the keys of the hashes under which what ended there is found; 32 bytes each. */
  readonly mergedJobKeys: readonly Uint8Array[];
}

/** What a copy of a vault into another store needs of it: the mark in the original, which keeps everybody else from working with it. */
export interface MarkedState {
  /** The store that it was copied to, or is being copied to, as it was read last. */
  readonly movedTo: string | undefined;
  /** {@link movedTo} as a transaction of the vault sees it. */
  readMark(session: Session): Promise<string | undefined>;
  /** From now on this open vault may be looked at in spite of the mark. */
  passMark(): void;
  /**
   * Sets the mark, or takes it away.
   * @param session a transaction of the vault itself
   */
  mark(session: Session, movedTo: string | undefined): Promise<void>;
  /**
   * Gives a copy the manifest of the original without the mark; its generation is a later one.
   * @param session a transaction of the copy, which holds the rows of the original
   */
  unmarkCopy(session: Session): Promise<void>;
}

/** Who follows what is committed, of the vault or of its journals. */
export class Commits {
  #follow: () => Promise<void> = async () => undefined;

  /** @param follow is called after each commit */
  followedBy(follow: () => Promise<void>): void {
    this.#follow = follow;
  }

  /** Something was committed; resolves when it was followed. */
  made(): Promise<void> {
    return this.#follow();
  }
}

/** Each method sees one state of memory and store. */
export class VaultState implements JournalRegister, MarkedState {
  readonly commits = new Commits();
  readonly #store: Store;
  readonly #rootKey: RootKey;
  readonly #oneAtATime = pLimit(1);
  #manifest: Manifest;
  /** Of the state that the manifest describes; read when it is asked for. */
  #index: WalletIndex | undefined;
  #closed = false;
  #passesMark = false;

  private constructor(store: Store, rootKey: RootKey, manifest: Manifest) {
    this.#store = store;
    this.#rootKey = rootKey;
    this.#manifest = manifest;
  }

  /** @throws KmsError `VAULT_CORRUPT` when the manifest does not open, or the key slots are not those it was made with */
  static async load(store: Store, rootKey: RootKey): Promise<VaultState> {
    const manifest = await store.read((session) => readManifestAndSlots(session, rootKey));
    return new VaultState(store, rootKey, manifest);
  }

  /** What was read last; other processes may have changed the vault since. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#exclusively(() => this.#store.read(work));
  }

  /** {@link read} with all wallets, which are read and checked when that was not done before. */
  readIndex<Result>(work: (index: WalletIndex, session: Session) => Promise<Result>): Promise<Result> {
    return this.read(async (session) => {
      await this.catchUp(session);
      if (this.#index === undefined) {
        const { manifest, index } = await readContents(session, this.#rootKey);
        this.#manifest = manifest;
        this.#index = index;
      }
      return work(this.#index, session);
    });
  }

  /** Shows each wallet, in no meaningful order, and keeps none of them; it is a full check. @throws KmsError `VAULT_CORRUPT` */
  visitAll(visit: (wallet: StoredWallet) => void): Promise<void> {
    return this.read(async (session) => {
      await this.catchUp(session);
      await visitContents(session, this.#rootKey, visit);
    });
  }

  /** What `take` makes of each wallet, newest first, after a full check. @throws KmsError `VAULT_CORRUPT` */
  readAll<Result>(take: (wallet: StoredWallet) => Result): Promise<Result[]> {
    return this.read(async (session) => {
      const taken: { readonly position: number; readonly result: Result }[] = [];
      await this.catchUp(session);
      await readContents(session, this.#rootKey, (wallet) =>
        taken.push({ position: wallet.position, result: take(wallet) }),
      );
      return taken.sort((a, b) => b.position - a.position).map(({ result }) => result);
    });
  }

  /**
   * Changes rows together with the manifest, in one transaction.
   *
   * @param work Gives the manifest that the rows now need; its generation is seen to. `undefined` says that there is
   * nothing to change.
   * @returns Whether there was a change.
   */
  async change(work: (change: VaultChange) => Promise<Manifest | undefined>): Promise<boolean> {
    const isChanged = await this.#exclusively(async () => {
      const changed = await this.#store.transaction(async (session) => {
        const manifest = await this.#covering(session, await this.look(session));
        const generation = manifest.generation + 1;
        const wanted = await work({ session, rootKey: this.#rootKey, manifest, generation });
        if (wanted === undefined) return false;
        await updateManifest(session, sealManifest(this.#rootKey, { ...wanted, generation }));
        return true;
      });
      // Taken over like a change of another process, now that it is committed. What goes wrong here is told by the next look:
      // the change itself is made.
      if (changed) await this.#store.read((session) => this.catchUp(session)).catch(() => undefined);
      return changed;
    });
    // The change is made, whatever becomes of what follows it.
    if (isChanged) await this.commits.made().catch(() => undefined);
    return isChanged;
  }

  /** A manifest that speaks of the removed wallets as well: vaults were made whose manifests do not. */
  async #covering(session: Session, manifest: Manifest): Promise<Manifest> {
    if (manifest.removed !== undefined) return manifest;
    return { ...manifest, removed: await checkRemovedWallets(session, this.#rootKey, manifest) };
  }

  /**
   * What the manifest says in a transaction, which may be what is not committed yet: nothing of it is taken over.
   *
   * @throws KmsError `ROLLED_BACK`, `VAULT_CORRUPT` when it is not the known state or a later one, `VAULT_MOVED`
   */
  async look(session: Session): Promise<Manifest> {
    const known = this.#manifest;
    const manifest = await readManifest(session, this.#rootKey);
    if (manifest.generation < known.generation) {
      throw new KmsError(
        "ROLLED_BACK",
        `The vault was rolled back from generation ${known.generation} to ${manifest.generation} while it was open.`,
        {
          hint: "Put the file back that was there. What was signed since is not in this one: it could be paid again.",
        },
      );
    }
    const isSame = (["digest", "removed", "slots"] as const).every((name) => manifest[name] === known[name]);
    if (manifest.generation === known.generation && !isSame)
      throw vaultCorrupt(`there are two different states of generation ${known.generation}`);
    if (manifest.movedTo !== undefined && !this.#passesMark) throw moved(this.#store.place, manifest.movedTo);
    return manifest;
  }

  /**
   * What the vault holds now; the index follows if another process has changed it.
   *
   * @throws KmsError `VAULT_CORRUPT`, `ROLLED_BACK` when the vault is an older state of itself
   */
  async catchUp(session: Session): Promise<Manifest> {
    const { generation } = await this.look(session);
    if (generation > this.#manifest.generation) await this.#follow(session);
    return this.#manifest;
  }

  get movedTo(): string | undefined {
    return this.#manifest.movedTo;
  }

  async readMark(session: Session): Promise<string | undefined> {
    return (await this.look(session)).movedTo;
  }

  passMark(): void {
    this.#passesMark = true;
  }

  async mark(session: Session, movedTo: string | undefined): Promise<void> {
    const { movedTo: _, ...manifest } = await this.look(session);
    const next = { ...manifest, ...(movedTo !== undefined && { movedTo }) };
    await updateManifest(
      session,
      sealManifest(this.#rootKey, { ...next, generation: manifest.generation + 1 }),
    );
  }

  async unmarkCopy(session: Session): Promise<void> {
    const { movedTo: _, ...manifest } = await readManifest(session, this.#rootKey);
    const generation = manifest.generation + 1;
    await updateManifest(session, sealManifest(this.#rootKey, { ...manifest, generation }));
  }

  /** Marks a copy as restored, in a transaction of it. */
  async markRestored(session: Session, restoredAt: number): Promise<void> {
    const manifest = await readManifest(session, this.#rootKey);
    const next = { ...manifest, generation: manifest.generation + 1, restoredAt };
    await updateManifest(session, sealManifest(this.#rootKey, next));
  }

  async listedJournals(session: Session): Promise<readonly string[]> {
    return (await this.look(session)).journals ?? [];
  }

  get mergedJobKeys(): readonly Uint8Array[] {
    return (this.#manifest.mergedJobKeys ?? []).map((key) => Buffer.from(key, "hex"));
  }

  /** Keeps when a backup was made. The backup is there, whether or not this can be written. */
  async recordBackup(backup: NonNullable<Manifest["backup"]>): Promise<void> {
    try {
      await this.change(async ({ manifest }) => ({ ...manifest, backup }));
    } catch (error) {
      if (!(error instanceof KmsError) || !["CANNOT_WRITE", "VAULT_BUSY"].includes(error.code)) throw error;
    }
  }

  async listJournal(session: Session, name: string): Promise<void> {
    const { journals = [], ...manifest } = await this.look(session);
    const next = { ...manifest, generation: manifest.generation + 1, journals: [...journals, name] };
    await updateManifest(session, sealManifest(this.#rootKey, next));
  }

  async #follow(session: Session): Promise<void> {
    if (this.#index === undefined) {
      this.#manifest = await readManifestAndSlots(session, this.#rootKey);
      return;
    }
    const known = { manifest: this.#manifest, index: this.#index };
    const { manifest, index } = await readChanges(session, this.#rootKey, known);
    this.#manifest = manifest;
    this.#index = index;
  }

  /** Waits for what is under way, wipes the root key and closes the store. */
  async close(): Promise<void> {
    await this.#oneAtATime(async () => {
      this.#closed = true;
      this.#rootKey.wipe();
      await this.#store.close();
    });
  }

  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#oneAtATime(() => {
      if (this.#closed) throw new KmsError("INTERNAL", "The vault was used after it was closed.");
      return work();
    });
  }
}

function moved(place: string, movedTo: string): KmsError {
  return new KmsError(
    "VAULT_MOVED",
    `The vault ${place} was copied to ${movedTo}, and is worked with there alone.`,
    {
      hint: `Name that store with --store or --path. If the copy was broken off, \`vault copy\` with the same --to goes on with it, and with --cancel gives it up. The way back is \`vault copy\` from there to a new place.`,
    },
  );
}
