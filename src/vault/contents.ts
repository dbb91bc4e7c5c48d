/** Reads a vault as a whole and checks it against its manifest. */
import type { Session } from "../store/sqlite/database.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import { readWalletRows } from "../store/tables/wallet.ts";
import { vaultCorrupt } from "../vault-corrupt.ts";
import {
  addToDigest,
  checkSlots,
  checkWallets,
  type Manifest,
  openManifest,
  walletHash,
} from "./manifest.ts";
import type { RootKey } from "./root-key.ts";
import { type IndexedWallet, WalletIndex } from "./wallet-index.ts";
import { openWallet, type StoredWallet, summarize } from "./wallet-record.ts";

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
