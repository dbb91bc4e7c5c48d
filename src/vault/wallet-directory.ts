/** What may be said of the wallets of an open vault, and by what they are found: nothing in it is secret. */

import { checkRemovedWallets } from "./contents.ts";
import type { RemovedDescription } from "./removed-wallet.ts";
import type { RootKey } from "./root-key.ts";
import type { VaultState } from "./state.ts";
import {
  editWallets,
  findWallet,
  forgetWallets,
  keptWallets,
  restoreWallet,
  type WalletEdit,
} from "./wallet-changes.ts";
import { findNamed, type WalletName } from "./wallet-names.ts";
import { describeWallet, type WalletDescription } from "./wallet-record.ts";

export class WalletDirectory {
  readonly #rootKey: RootKey;
  readonly #state: VaultState;

  constructor(rootKey: RootKey, state: VaultState) {
    this.#rootKey = rootKey;
    this.#state = state;
  }

  /**
   * The wallet of a signature ID, found by its row alone; `undefined` when there is no such row.
   * @throws KmsError `VAULT_CORRUPT`
   */
  get(signatureId: string): Promise<WalletDescription | undefined> {
    return this.#state.read(async (session) => {
      await this.#state.catchUp(session);
      const found = await findWallet(session, this.#rootKey, signatureId);
      return found === undefined ? undefined : describeWallet(found.wallet);
    });
  }

  /**
   * All wallets, newest first, after a full check.
   * @throws KmsError `VAULT_CORRUPT`
   */
  all(): Promise<WalletDescription[]> {
    return this.#state.readAll(describeWallet);
  }

  /**
   * Shows each wallet with its position, by which the newest has the highest, in no meaningful order, after a full check. None of them
   * stays in memory for it.
   * @throws KmsError `VAULT_CORRUPT`
   */
  visit(show: (wallet: WalletDescription, position: number) => void): Promise<void> {
    return this.#state.visitAll((wallet) => show(describeWallet(wallet), wallet.position));
  }

  /**
   * The wallets of signature IDs, in their order, each found by its row alone; those that are not there are left out.
   * @throws KmsError `VAULT_CORRUPT`
   */
  some(signatureIds: readonly string[]): Promise<{ wallet: WalletDescription; position: number }[]> {
    return this.#state.read(async (session) => {
      await this.#state.catchUp(session);
      const some: { wallet: WalletDescription; position: number }[] = [];
      for (const signatureId of signatureIds) {
        const found = await findWallet(session, this.#rootKey, signatureId);
        if (found !== undefined)
          some.push({ wallet: describeWallet(found.wallet), position: found.wallet.position });
      }
      return some;
    });
  }

  /**
   * The wallets of an address or a label, found without a look at the others. A wallet is not found by its first address as long
   * as that is not derived, see {@link unindexed}.
   *
   * @throws KmsError `VAULT_CORRUPT`
   */
  find(name: WalletName): Promise<WalletDescription[]> {
    return this.#state.read(async (session) => {
      await this.#state.catchUp(session);
      return (await findNamed(session, this.#rootKey, name)).map(describeWallet);
    });
  }

  /** Wallets whose first address nobody derived yet: those of older formats, and imported ones. */
  get unindexed(): number {
    const { count, indexed } = this.#state.manifest;
    return count - indexed;
  }

  /**
   * Changes what wallets are found by, all of it or nothing.
   * @returns whether anything changed
   */
  edit(edits: readonly WalletEdit[]): Promise<boolean> {
    return this.#state.change((change) => editWallets(change, edits));
  }

  /** The removed wallets that can be restored, the one that was removed last first. */
  async removed(): Promise<RemovedDescription[]> {
    const now = Date.now();
    return (await this.#kept()).filter(({ until }) => until > now).sort((a, b) => b.removedAt - a.removedAt);
  }

  /**
   * Brings a removed wallet back, as the newest of all.
   * @param names the label that it has from now on, where it is another one
   * @returns `false` when there is none, or its time is over
   */
  restore(signatureId: string, names?: { readonly label: string | undefined }): Promise<boolean> {
    return this.#state.change((change) => restoreWallet(change, signatureId, names));
  }

  /** Ends a removed wallet for good. @returns `false` when there is none */
  forget(signatureId: string): Promise<boolean> {
    return this.#state.change((change) => forgetWallets(change, [signatureId]));
  }

  /** Ends for good what can be restored no more. @returns how many wallets */
  async purge(now = Date.now()): Promise<number> {
    const over = (await this.#kept())
      .filter(({ until }) => until <= now)
      .map(({ signatureId }) => signatureId);
    if (over.length > 0) await this.#state.change((change) => forgetWallets(change, over));
    return over.length;
  }

  #kept(): Promise<RemovedDescription[]> {
    return this.#state.read(async (session) => {
      const manifest = await this.#state.catchUp(session);
      await checkRemovedWallets(session, this.#rootKey, manifest);
      const found: RemovedDescription[] = [];
      for await (const { removedAt, kept } of keptWallets(session, this.#rootKey))
        found.push({ ...describeWallet(kept.wallet), removedAt, until: kept.until });
      return found;
    });
  }
}
