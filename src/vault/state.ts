/** An open vault in memory, kept in step with its store, which other processes may change as well. */
import pLimit from "p-limit";
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session, Store } from "../store/store.ts";
import { updateManifest } from "../store/tables/vault.ts";
import { readContents, readManifest, type VaultContents } from "./contents.ts";
import { type Manifest, sealManifest } from "./manifest.ts";
import type { RootKey } from "./root-key.ts";

/** What has to follow from a change of rows. */
export interface Change {
  /** The manifest that the rows now need; its generation is seen to. */
  readonly manifest: Manifest;
  /** Brings the index up to date; called after the commit. */
  readonly updateIndex?: () => void;
}

/** Each method sees one state of memory and store. */
export class VaultState {
  readonly #store: Store;
  readonly #rootKey: RootKey;
  readonly #oneAtATime = pLimit(1);
  #contents: VaultContents;
  #closed = false;

  constructor(store: Store, rootKey: RootKey, contents: VaultContents) {
    this.#store = store;
    this.#rootKey = rootKey;
    this.#contents = contents;
  }

  /** What was read last; other processes may have changed the vault since. */
  get contents(): VaultContents {
    return this.#contents;
  }

  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#exclusively(() => this.#store.read(work));
  }

  /**
   * Changes rows together with the manifest, in one transaction.
   *
   * @param work Gets what the vault holds now; `undefined` says that there is nothing to change.
   * @returns Whether there was a change.
   */
  change(work: (session: Session, contents: VaultContents) => Promise<Change | undefined>): Promise<boolean> {
    return this.#exclusively(async () => {
      const change = await this.#store.transaction(async (session) => {
        const contents = await this.catchUp(session);
        const wanted = await work(session, contents);
        if (wanted === undefined) return undefined;
        const manifest = { ...wanted.manifest, generation: contents.manifest.generation + 1 };
        await updateManifest(session, sealManifest(this.#rootKey, manifest));
        return { ...wanted, manifest };
      });
      if (change === undefined) return false;
      change.updateIndex?.();
      this.#contents = { index: this.#contents.index, manifest: change.manifest };
      return true;
    });
  }

  /**
   * What the vault holds now, read and checked again if another process has changed it.
   *
   * @throws KmsError `VAULT_CORRUPT`, also when the vault is an older state of itself
   */
  async catchUp(session: Session): Promise<VaultContents> {
    const known = this.#contents.manifest;
    const manifest = await readManifest(session, this.#rootKey);
    if (manifest.generation < known.generation) {
      throw vaultCorrupt(`it was rolled back from generation ${known.generation} to ${manifest.generation}`);
    }
    if (manifest.generation > known.generation) {
      this.#contents = await readContents(session, this.#rootKey);
    } else if (manifest.digest !== known.digest || manifest.slots !== known.slots) {
      throw vaultCorrupt(`there are two different states of generation ${known.generation}`);
    }
    return this.#contents;
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
