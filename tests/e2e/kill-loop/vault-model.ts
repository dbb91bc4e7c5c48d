/** A wallet as `export` prints it. */
export type Exported = Readonly<Record<string, unknown>>;

/** What a vault has to hold after what its commands said, and what it may hold because some were killed. */
export class VaultModel {
  /** Wallets that were acknowledged, or seen in the vault. */
  readonly wallets = new Map<string, Exported | undefined>();
  readonly #removed = new Set<string>();
  /** Whose removal was killed. */
  readonly #perhapsRemoved = new Set<string>();
  /** Wallets that were killed on their way in: those of one list come all or not at all. */
  readonly #perhapsAdded: ReadonlyMap<string, Exported>[] = [];
  /** How many wallets of unknown IDs may have come. */
  #unknown = 0;
  /** How many wallets were acknowledged. */
  acknowledged = 0;
  /** How many wallets were found that nobody had acknowledged. */
  unannounced = 0;

  /** The ID of a wallet that is there for certain. */
  someWallet(choose: (end: number) => number): string | undefined {
    const certain = [...this.wallets.keys()].filter((id) => !this.#perhapsRemoved.has(id));
    return certain[choose(certain.length)];
  }

  acknowledge(wallets: Readonly<Record<string, Exported | undefined>>): void {
    for (const [id, wallet] of Object.entries(wallets)) {
      this.wallets.set(id, wallet);
      this.acknowledged += 1;
    }
  }

  perhapsAdded(wallets: Readonly<Record<string, Exported>>): void {
    this.#perhapsAdded.push(new Map(Object.entries(wallets)));
  }

  /** A wallet whose ID nobody was told. */
  perhapsAddedUnknown(): void {
    this.#unknown += 1;
  }

  removed(id: string): void {
    this.wallets.delete(id);
    this.#removed.add(id);
  }

  perhapsRemoved(id: string): void {
    this.#perhapsRemoved.add(id);
  }

  /**
   * Compares with what the vault holds, which from then on is certain.
   * @throws Error when something was lost, came back, came in part, or came from nowhere
   */
  settle(exported: Readonly<Record<string, Exported>>): void {
    for (const id of this.#removed)
      if (id in exported) throw new Error(`wallet ${id} was removed and is back`);
    for (const [id, wallet] of this.wallets) {
      const found = exported[id];
      if (found === undefined && this.#perhapsRemoved.has(id)) this.removed(id);
      else if (found === undefined) throw new Error(`wallet ${id} was acknowledged and is lost`);
      else if (wallet !== undefined && !Bun.deepEquals(found, wallet))
        throw new Error(`wallet ${id} has changed`);
    }
    for (const added of this.#perhapsAdded.splice(0)) this.#settleAdded(added, exported);
    for (const [id, wallet] of Object.entries(exported)) {
      if (!this.wallets.has(id)) {
        if (this.#unknown-- <= 0) throw new Error(`wallet ${id} came from nowhere`);
        this.unannounced += 1;
      }
      this.wallets.set(id, wallet);
    }
    this.#unknown = 0;
    this.#perhapsRemoved.clear();
  }

  #settleAdded(added: ReadonlyMap<string, Exported>, exported: Readonly<Record<string, Exported>>): void {
    const found = [...added.keys()].filter((id) => id in exported);
    if (found.length === 0) return;
    if (found.length < added.size)
      throw new Error(`only ${found.length} of ${added.size} wallets were imported`);
    for (const [id, wallet] of added) {
      if (!Bun.deepEquals(exported[id], wallet))
        throw new Error(`wallet ${id} was imported with other content`);
      this.wallets.set(id, wallet);
      this.unannounced += 1;
    }
  }
}
