/** Wallets inside a transaction: added, found and removed. */
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import {
  deleteRemovedWalletRow,
  deleteWalletRow,
  insertWalletRow,
  readWalletRow,
  replaceRemovedWalletRow,
  type WalletRow,
} from "../store/tables/wallet.ts";
import { addToDigest, takeFromDigest } from "./digest.ts";
import { type Manifest, walletHash } from "./manifest.ts";
import { sealRemovedWallet } from "./removed-wallet.ts";
import type { RootKey } from "./root-key.ts";
import type { VaultChange } from "./state.ts";
import {
  openWallet,
  type StoredWallet,
  sealWallet,
  type WalletRecord,
  walletKeyOf,
} from "./wallet-record.ts";

/** A wallet to add. */
export type WalletEntry = readonly [signatureId: string, record: WalletRecord];

/** @throws KmsError `WALLET_EXISTS`, `INVALID_INPUT` */
export async function insertWallets(
  { session, rootKey, manifest, generation }: VaultChange,
  entries: readonly WalletEntry[],
): Promise<Manifest> {
  const createdAt = Date.now();
  let { digest, nextPosition } = manifest;
  for (const [signatureId, record] of entries) {
    const walletKey = walletKeyOf(rootKey, signatureId);
    if ((await readWalletRow(session, walletKey)) !== undefined) {
      throw new KmsError("WALLET_EXISTS", `There is a wallet with the signature ID ${signatureId} already.`);
    }
    const sealed = sealWallet(rootKey, {
      signatureId,
      position: nextPosition,
      createdAt,
      record,
    });
    const row = { walletKey, generation, sealed };
    await deleteRemovedWalletRow(session, walletKey);
    await insertWalletRow(session, row);
    digest = addToDigest(digest, walletHash(rootKey, row));
    nextPosition += 1;
  }
  return {
    ...manifest,
    count: manifest.count + entries.length,
    digest,
    nextPosition,
  };
}

/** `undefined` when there is no such wallet. */
export async function deleteWallet(
  { session, rootKey, manifest, generation }: VaultChange,
  signatureId: string,
): Promise<Manifest | undefined> {
  // Opened first: only a genuine row may be taken out of the digest.
  const found = await findWallet(session, rootKey, signatureId);
  if (found === undefined) return undefined;
  const rowHash = walletHash(rootKey, found.row);
  await deleteWalletRow(session, found.row.walletKey);
  const removed = { signatureId, removedAt: Date.now(), rowHash };
  await replaceRemovedWalletRow(session, sealRemovedWallet(rootKey, generation, removed));
  return {
    ...manifest,
    count: manifest.count - 1,
    digest: takeFromDigest(manifest.digest, rowHash),
  };
}

/**
 * The wallet of a signature ID, found by its key alone.
 * @throws KmsError `VAULT_CORRUPT` when the row does not hold that wallet
 */
export async function findWallet(
  session: Session,
  rootKey: RootKey,
  signatureId: string,
): Promise<{ readonly row: WalletRow; readonly wallet: StoredWallet } | undefined> {
  const row = await readWalletRow(session, walletKeyOf(rootKey, signatureId));
  if (row === undefined) return undefined;
  const wallet = openWallet(rootKey, row);
  if (wallet.signatureId === signatureId) return { row, wallet };
  throw vaultCorrupt(`wallet record ${Buffer.from(row.walletKey).toString("hex")} holds another wallet`);
}
