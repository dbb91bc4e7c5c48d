import { vaultCorrupt } from "../vault-corrupt.ts";
import type { WalletSummary } from "./wallet-record.ts";

/** Where a wallet is, and what may be said of it. */
export interface IndexedWallet extends WalletSummary {
  /** 16 bytes in hexadecimal. */
  readonly recordId: string;
  readonly position: number;
}

/** The wallets of an open vault by signature ID, without their secrets. */
export class WalletIndex {
  /** In rising order of position: the order in which a Map keeps what is put into it. */
  readonly #wallets = new Map<string, IndexedWallet>();
  #nextPosition = 0;

  /** @throws KmsError `VAULT_CORRUPT` when two records have one signature ID or one position */
  constructor(wallets: IndexedWallet[]) {
    for (const wallet of wallets.sort((a, b) => a.position - b.position)) this.add(wallet);
  }

  get size(): number {
    return this.#wallets.size;
  }

  /** The position of the next wallet. */
  get nextPosition(): number {
    return this.#nextPosition;
  }

  get(signatureId: string): IndexedWallet | undefined {
    return this.#wallets.get(signatureId);
  }

  /** Adds a wallet that is newer than all others. */
  add(wallet: IndexedWallet): void {
    if (this.#wallets.has(wallet.signatureId)) {
      throw vaultCorrupt(`two wallet records have the signature ID ${JSON.stringify(wallet.signatureId)}`);
    }
    if (wallet.position < this.#nextPosition) throw vaultCorrupt("two wallet records have the same position");
    this.#wallets.set(wallet.signatureId, wallet);
    this.#nextPosition = wallet.position + 1;
  }

  delete(signatureId: string): void {
    this.#wallets.delete(signatureId);
  }

  /** All wallets, newest first. */
  newestFirst(): IndexedWallet[] {
    return [...this.#wallets.values()].reverse();
  }
}
