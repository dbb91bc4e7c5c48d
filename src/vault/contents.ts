/** The contents of a vault: all of it read, and checked against its manifest. */

import { vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import { readWalletRows } from "../store/tables/wallet.ts";
import {
  addToDigest,
  checkSlots,
  checkWallets,
  type Manifest,
  openManifest,
  walletHash,
} from "./manifest.ts";
import type { RootKey } from "./root-key.ts";
import { openWallet, type StoredWallet, summarize, type WalletSummary } from "./wallet-record.ts";

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

/** What is kept in memory of an open vault. */
export interface VaultContents {
  readonly manifest: Manifest;
  readonly index: WalletIndex;
}

/** @throws KmsError `VAULT_CORRUPT` when the file is another vault by now, or the manifest does not open */
export async function readManifest(session: Session, rootKey: RootKey): Promise<Manifest> {
  const { vaultId, manifest } = await readVaultRow(session);
  if (!Buffer.from(vaultId).equals(rootKey.vaultId)) throw vaultCorrupt("its vault id has changed");
  return openManifest(rootKey, manifest);
}

/**
 * Opens every record and compares all of them, and the key slots, with the manifest.
 *
 * @param visit Is shown each wallet, in no meaningful order, before the check is complete.
 * @throws KmsError `VAULT_CORRUPT` naming what is wrong
 */
export async function readContents(
  session: Session,
  rootKey: RootKey,
  visit: (wallet: StoredWallet) => void = () => undefined,
): Promise<VaultContents> {
  const manifest = await readManifest(session, rootKey);
  checkSlots(rootKey, manifest, await readKeySlotRows(session));
  const wallets: IndexedWallet[] = [];
  let digest = 0n;
  for await (const row of readWalletRows(session)) {
    const wallet = openWallet(rootKey, row);
    const recordId = Buffer.from(row.recordId).toString("hex");
    wallets.push({ ...summarize(wallet), recordId, position: wallet.position });
    visit(wallet);
    digest = addToDigest(digest, walletHash(rootKey, row));
  }
  checkWallets(manifest, { count: wallets.length, digest });
  return { manifest, index: new WalletIndex(wallets) };
}
