/** An open vault in memory, kept in step with its file, which other processes may change as well. */
import { KmsError, vaultCorrupt } from "../errors.ts";
import { type Database, Mutex, type Session } from "../store/sqlite/database.ts";
import type { FileIdentity } from "../store/sqlite/vault-file.ts";
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

/** Each method sees one state of memory and file. */
export class VaultState {
  readonly #database: Database;
  readonly #rootKey: RootKey;
  readonly #file: FileIdentity;
  readonly #mutex = new Mutex();
  #contents: VaultContents;
  #closed = false;

  constructor(database: Database, rootKey: RootKey, file: FileIdentity, contents: VaultContents) {
    this.#database = database;
    this.#rootKey = rootKey;
    this.#file = file;
    this.#contents = contents;
  }

  /** What was read last; other processes may have changed the vault since. */
  get contents(): VaultContents {
    return this.#contents;
  }

  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#exclusively(() => this.#database.read(work));
  }

  /**
   * Changes rows together with the manifest, in one transaction.
   *
   * @param work Gets what the vault holds now; `undefined` says that there is nothing to change.
   * @returns Whether there was a change.
   */
  change(work: (session: Session, contents: VaultContents) => Promise<Change | undefined>): Promise<boolean> {
    return this.#exclusively(async () => {
      const change = await this.#database.transaction(async (session) => {
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
    await this.#file.check();
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

  /** Waits for what is under way, wipes the root key and closes the file. */
  async close(): Promise<void> {
    await this.#mutex.run(async () => {
      this.#closed = true;
      this.#rootKey.wipe();
      await this.#database.close();
    });
  }

  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#mutex.run(() => {
      if (this.#closed) throw new KmsError("INTERNAL", "The vault was used after it was closed.");
      return work();
    });
  }
}
