/** Wallets inside a transaction: added, found and removed. */
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import {
  deleteRemovedWalletRow,
  deleteWalletRow,
  insertWalletRow,
  type RemovedWalletRow,
  readKeptWalletRows,
  readRemovedWalletRow,
  readWalletRow,
  replaceRemovedWalletRow,
  updateWalletRow,
  type WalletRow,
} from "../store/tables/wallet.ts";
import { checkRemovedWallets, type OnProgress } from "./contents.ts";
import { addToDigest, takeFromDigest } from "./digest.ts";
import { type Manifest, removedHash, walletHash } from "./manifest.ts";
import { openRemovedWallet, type RemovedWallet, sealRemovedWallet } from "./removed-wallet.ts";
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

/** A wallet to add, what it is found by, where that is known, and when another vault stored it. */
export type WalletEntry = readonly [
  signatureId: string,
  record: WalletRecord,
  names?: WalletNames & Pick<StoredWallet, "createdAt">,
];

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
  onProgress: OnProgress = () => undefined,
): Promise<Manifest> {
  const createdAt = Date.now();
  let { digest, removed, nextPosition, indexed } = manifest;
  for (const [signatureId, record, names = {}] of entries) {
    const walletKey = walletKeyOf(rootKey, signatureId);
    if ((await readWalletRow(session, walletKey)) !== undefined) {
      throw new KmsError("WALLET_EXISTS", `There is a wallet with the signature ID ${signatureId} already.`);
    }
    assertReplaceable(await findKept(session, rootKey, signatureId), record);
    const wallet = {
      signatureId,
      position: nextPosition,
      ...names,
      createdAt: names.createdAt ?? createdAt,
      record,
    };
    removed = await putRemoved({ session, rootKey, removed }, walletKey);
    digest = addToDigest(digest, await insertWallet({ session, rootKey, generation }, wallet));
    indexed += indexedBy(names);
    nextPosition += 1;
    onProgress(nextPosition - manifest.nextPosition, entries.length);
  }
  return {
    ...manifest,
    count: manifest.count + entries.length,
    digest,
    removed,
    nextPosition,
    indexed,
  };
}

/** @returns what its row adds to the digest of all, 32 bytes */
async function insertWallet(
  { session, rootKey, generation }: Omit<VaultChange, "manifest">,
  wallet: StoredWallet,
): Promise<Uint8Array> {
  const walletKey = walletKeyOf(rootKey, wallet.signatureId);
  const row = { walletKey, generation, sealed: sealWallet(rootKey, wallet) };
  await insertWalletRow(session, row);
  await insertNames(session, rootKey, wallet);
  return walletHash(rootKey, row);
}

/** The rows of removed wallets before a change of them. */
interface RemovedRows extends Pick<VaultChange, "session" | "rootKey"> {
  /** The digest of all. */
  readonly removed: bigint | undefined;
}

/**
 * Puts a row of a removed wallet in the place of the one that is there, or nothing.
 * @returns the digest of all
 */
async function putRemoved(
  { session, rootKey, removed: before = 0n }: RemovedRows,
  walletKey: Uint8Array,
  row?: RemovedWalletRow,
): Promise<bigint> {
  const replaced = await readRemovedWalletRow(session, walletKey);
  const digest = replaced === undefined ? before : takeFromDigest(before, removedHash(rootKey, replaced));
  if (row === undefined) {
    await deleteRemovedWalletRow(session, walletKey);
    return digest;
  }
  await replaceRemovedWalletRow(session, row);
  return addToDigest(digest, removedHash(rootKey, row));
}

/** @throws KmsError `WALLET_EXISTS` when a wallet that can still be restored would be lost */
function assertReplaceable(removed: KeptRemovedWallet | undefined, record: WalletRecord): void {
  if (removed === undefined || Bun.deepEquals(removed.kept.wallet.record, record, true)) return;
  const { signatureId } = removed;
  throw new KmsError(
    "WALLET_EXISTS",
    `The removed wallet ${signatureId} has this signature ID; it can still be restored.`,
    {
      hint: `tatum-kms wallet restore ${signatureId} brings it back; removewallet ${signatureId} --now ends it for good.`,
    },
  );
}

/** A removed wallet that the vault still has. */
type KeptRemovedWallet = RemovedWallet & { readonly kept: NonNullable<RemovedWallet["kept"]> };

/**
 * @param until when it can be restored no more, in milliseconds since 1970; without it, it is gone at once
 * @returns `undefined` when there is no such wallet
 */
export async function deleteWallet(
  { session, rootKey, manifest, generation }: VaultChange,
  signatureId: string,
  until?: number,
): Promise<Manifest | undefined> {
  // Opened first: only a genuine row may be taken out of the digest.
  const found = await findWallet(session, rootKey, signatureId);
  if (found === undefined) return undefined;
  const rowHash = walletHash(rootKey, found.row);
  await deleteWalletRow(session, found.row.walletKey);
  await deleteNames(session, rootKey, found.wallet);
  const kept = until === undefined ? undefined : { until, wallet: found.wallet };
  const row = sealRemovedWallet(rootKey, generation, { signatureId, removedAt: Date.now(), rowHash, kept });
  const rows = { session, rootKey, removed: manifest.removed };
  return {
    ...manifest,
    count: manifest.count - 1,
    removed: await putRemoved(rows, row.walletKey, row),
    digest: takeFromDigest(manifest.digest, rowHash),
    indexed: manifest.indexed - indexedBy(found.wallet),
  };
}

/** All removed wallets that can be restored at a time, or whose time is over and that are still there. */
export async function* keptWallets(session: Session, rootKey: RootKey): AsyncGenerator<KeptRemovedWallet> {
  for await (const row of readKeptWalletRows(session)) {
    const removed = openRemovedWallet(rootKey, row);
    if (isKept(removed)) yield removed;
  }
}

const isKept = (removed: RemovedWallet): removed is KeptRemovedWallet => removed.kept !== undefined;

async function findKept(
  session: Session,
  rootKey: RootKey,
  signatureId: string,
): Promise<(KeptRemovedWallet & { readonly generation: number }) | undefined> {
  const row = await readRemovedWalletRow(session, walletKeyOf(rootKey, signatureId));
  const removed = row === undefined ? undefined : openRemovedWallet(rootKey, row);
  if (row === undefined || removed === undefined || !isKept(removed)) return undefined;
  return { ...removed, generation: row.generation };
}

/**
 * Brings a removed wallet back, as the newest.
 * @param names what it is found by from now on, instead of what it was found by
 * @returns `undefined` when there is none, or its time is over
 */
export async function restoreWallet(
  { session, rootKey, manifest, generation }: VaultChange,
  signatureId: string,
  names?: Pick<WalletNames, "label">,
): Promise<Manifest | undefined> {
  await checkRemovedWallets(session, rootKey, manifest);
  const kept = (await findKept(session, rootKey, signatureId))?.kept;
  if (kept === undefined || kept.until <= Date.now()) return undefined;
  const wallet = { ...kept.wallet, ...names, position: manifest.nextPosition };
  const rows = { session, rootKey, removed: manifest.removed };
  const removed = await putRemoved(rows, walletKeyOf(rootKey, signatureId));
  const rowHash = await insertWallet({ session, rootKey, generation }, wallet);
  return {
    ...manifest,
    count: manifest.count + 1,
    removed,
    digest: addToDigest(manifest.digest, rowHash),
    nextPosition: manifest.nextPosition + 1,
    indexed: manifest.indexed + indexedBy(wallet),
  };
}

/** Ends removed wallets for good: what is left only tells others of the removal. */
export async function forgetWallets(
  { session, rootKey, manifest }: VaultChange,
  signatureIds: readonly string[],
): Promise<Manifest | undefined> {
  await checkRemovedWallets(session, rootKey, manifest);
  let isChanged = false;
  let digest = manifest.removed;
  for (const signatureId of signatureIds) {
    const removed = await findKept(session, rootKey, signatureId);
    if (removed === undefined) continue;
    const { generation, kept: _, ...rest } = removed;
    // Under the generation that it was removed in, so that whoever has not seen the removal yet still sees it.
    const row = sealRemovedWallet(rootKey, generation, rest);
    digest = await putRemoved({ session, rootKey, removed: digest }, row.walletKey, row);
    isChanged = true;
  }
  return isChanged ? { ...manifest, removed: digest } : undefined;
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
