/** Wallets inside a transaction: added, found and removed. */
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import {
  deleteRemovedWalletRow,
  deleteWalletRow,
  insertWalletRow,
  readWalletRow,
  replaceRemovedWalletRow,
  updateWalletRow,
  type WalletRow,
} from "../store/tables/wallet.ts";
import { addToDigest, takeFromDigest } from "./digest.ts";
import { type Manifest, walletHash } from "./manifest.ts";
import { sealRemovedWallet } from "./removed-wallet.ts";
import type { RootKey } from "./root-key.ts";
import type { VaultChange } from "./state.ts";
import { deleteNames, insertNames } from "./wallet-names.ts";
import {
  openWallet,
  type StoredWallet,
  sealWallet,
  type WalletNames,
  type WalletRecord,
  walletKeyOf,
} from "./wallet-record.ts";

/** A wallet to add, and what it is found by, where that is known. */
export type WalletEntry = readonly [signatureId: string, record: WalletRecord, names?: WalletNames];

/** What a wallet is found by from now on; `undefined` to leave it as it is. */
export interface WalletEdit {
  readonly signatureId: string;
  readonly edit: (wallet: StoredWallet) => WalletNames | undefined;
}

/** How much a wallet counts among those whose first address was looked for. */
const indexedBy = ({ firstAddress }: WalletNames): number => (firstAddress === undefined ? 0 : 1);

/** @throws KmsError `WALLET_EXISTS`, `INVALID_INPUT` */
export async function insertWallets(
  { session, rootKey, manifest, generation }: VaultChange,
  entries: readonly WalletEntry[],
): Promise<Manifest> {
  const createdAt = Date.now();
  let { digest, nextPosition, indexed } = manifest;
  for (const [signatureId, record, names = {}] of entries) {
    const walletKey = walletKeyOf(rootKey, signatureId);
    if ((await readWalletRow(session, walletKey)) !== undefined) {
      throw new KmsError("WALLET_EXISTS", `There is a wallet with the signature ID ${signatureId} already.`);
    }
    const sealed = sealWallet(rootKey, {
      signatureId,
      position: nextPosition,
      createdAt,
      ...names,
      record,
    });
    const row = { walletKey, generation, sealed };
    await deleteRemovedWalletRow(session, walletKey);
    await insertWalletRow(session, row);
    await insertNames(session, rootKey, { signatureId, ...names });
    digest = addToDigest(digest, walletHash(rootKey, row));
    indexed += indexedBy(names);
    nextPosition += 1;
  }
  return {
    ...manifest,
    count: manifest.count + entries.length,
    digest,
    nextPosition,
    indexed,
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
  await deleteNames(session, rootKey, found.wallet);
  const removed = { signatureId, removedAt: Date.now(), rowHash };
  await replaceRemovedWalletRow(session, sealRemovedWallet(rootKey, generation, removed));
  return {
    ...manifest,
    count: manifest.count - 1,
    digest: takeFromDigest(manifest.digest, rowHash),
    indexed: manifest.indexed - indexedBy(found.wallet),
  };
}

/**
 * Changes what wallets are found by; those that are not there any more are left out. Their records and positions stay.
 * @returns `undefined` when nothing changes
 */
export async function editWallets(
  { session, rootKey, manifest, generation }: VaultChange,
  edits: readonly WalletEdit[],
): Promise<Manifest | undefined> {
  let { digest, indexed } = manifest;
  let isChanged = false;
  for (const { signatureId, edit } of edits) {
    const found = await findWallet(session, rootKey, signatureId);
    const names = found === undefined ? undefined : edit(found.wallet);
    if (found === undefined || names === undefined) continue;
    const wallet = { ...found.wallet, label: undefined, groups: undefined, ...names };
    const row = { walletKey: found.row.walletKey, generation, sealed: sealWallet(rootKey, wallet) };
    await deleteNames(session, rootKey, found.wallet);
    await insertNames(session, rootKey, wallet);
    await updateWalletRow(session, row);
    digest = addToDigest(takeFromDigest(digest, walletHash(rootKey, found.row)), walletHash(rootKey, row));
    indexed += indexedBy(wallet) - indexedBy(found.wallet);
    isChanged = true;
  }
  return isChanged ? { ...manifest, digest, indexed } : undefined;
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
