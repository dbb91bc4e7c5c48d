/** The contents of a vault: its wallets read, all of them or those that others changed, and checked against its manifest. */
import { vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { checkLeaseRows } from "../store/tables/lease.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import {
  type RemovedWalletRow,
  readRemovedWalletRows,
  readWalletPages,
  readWalletRowsSince,
  type WalletRow,
} from "../store/tables/wallet.ts";
import { addToDigest, DigestSum, takeFromDigest } from "./digest.ts";
import {
  checkRemoved,
  checkSlots,
  checkWallets,
  type Manifest,
  openManifest,
  removedHash,
  walletHash,
} from "./manifest.ts";
import { openRemovedWallet } from "./removed-wallet.ts";
import type { RootKey } from "./root-key.ts";
import { type IndexedWallet, WalletIndex } from "./wallet-index.ts";
import { NameCheck } from "./wallet-names.ts";
import { openWallet, type StoredWallet, summarize } from "./wallet-record.ts";

/** Is told how many of how many are done. */
export type OnProgress = (done: number, total: number) => void;

/** Rows after which what was opened is cleared from memory: else the half of what a start takes would be garbage, with secrets in it. */
const ROWS_BETWEEN_COLLECTIONS = 100_000;

function indexed(rootKey: RootKey, row: WalletRow, wallet: StoredWallet): IndexedWallet {
  const { position } = wallet;
  return { ...summarize(wallet), position, rowHash: walletHash(rootKey, row) };
}

/** What was read of a vault. */
export interface VaultContents {
  readonly manifest: Manifest;
  readonly index: WalletIndex;
}

/** @throws KmsError `VAULT_CORRUPT` when the store holds another vault by now, or the manifest does not open */
export async function readManifest(session: Session, rootKey: RootKey): Promise<Manifest> {
  const { vaultId, manifest } = await readVaultRow(session);
  if (!Buffer.from(vaultId).equals(rootKey.vaultId)) throw vaultCorrupt("its vault id has changed");
  return openManifest(rootKey, manifest);
}

/** {@link readManifest}, and whether the key slots are those that it was made with. */
export async function readManifestAndSlots(session: Session, rootKey: RootKey): Promise<Manifest> {
  const manifest = await readManifest(session, rootKey);
  checkSlots(rootKey, manifest, await readKeySlotRows(session));
  return manifest;
}

/** Beside a wallet: what its row adds to the digest of all, and how many of how many were shown. */
interface Visited {
  /** 32 bytes. */
  readonly rowHash: Uint8Array;
  readonly done: number;
  readonly total: number;
}

/**
 * Opens every record and compares all of them, and the key slots, with the manifest. Nothing of them stays in memory.
 *
 * @param visit Is shown each wallet, in no meaningful order, before the check is complete.
 * @throws KmsError `VAULT_CORRUPT` naming what is wrong
 */
export async function visitContents(
  session: Session,
  rootKey: RootKey,
  visit: (wallet: StoredWallet, visited: Visited) => void,
): Promise<Manifest> {
  const manifest = await readManifestAndSlots(session, rootKey);
  const digest = new DigestSum();
  let [done, withAddress, last] = [0, 0, -1];
  for await (const page of readWalletPages(session)) {
    for (const row of page) {
      const wallet = openWallet(rootKey, row);
      const rowHash = walletHash(rootKey, row);
      done += 1;
      visit(wallet, { rowHash, done, total: manifest.count });
      digest.add(rowHash);
      if (wallet.firstAddress !== undefined) withAddress += 1;
      last = Math.max(last, wallet.position);
      if (done % ROWS_BETWEEN_COLLECTIONS === 0) Bun.gc(true);
    }
  }
  if (done > ROWS_BETWEEN_COLLECTIONS) Bun.gc(true);
  checkWallets(manifest, { count: done, digest: digest.value });
  if (withAddress !== manifest.indexed)
    throw vaultCorrupt("its manifest counts other wallets with a first address than there are");
  if (last >= manifest.nextPosition)
    throw vaultCorrupt("a wallet record has a position that is not given yet");
  if (manifest.removed !== undefined) checkRemoved(manifest, await digestOfRemoved(session, rootKey));
  return manifest;
}

/** {@link visitContents} with the index of what was found, whose wallets are each there once. */
export async function readContents(
  session: Session,
  rootKey: RootKey,
  visit: (wallet: StoredWallet, visited: Visited) => void = () => undefined,
): Promise<VaultContents> {
  const index = new WalletIndex();
  const manifest = await visitContents(session, rootKey, (wallet, visited) => {
    index.gather(summarize(wallet), wallet.position, visited.rowHash);
    visit(wallet, visited);
  });
  index.arrange();
  return { manifest, index };
}

/**
 * Compares all wallet rows with the manifest without opening them.
 * @throws KmsError `VAULT_CORRUPT`
 */
export async function checkAllWallets(session: Session, rootKey: RootKey, manifest: Manifest): Promise<void> {
  const digest = new DigestSum();
  let count = 0;
  for await (const page of readWalletPages(session)) {
    for (const row of page) digest.add(walletHash(rootKey, row));
    count += page.length;
  }
  checkWallets(manifest, { count, digest: digest.value });
}

/**
 * The digest of all rows of removed wallets.
 * @param look is shown each of them
 */
async function digestOfRemoved(
  session: Session,
  rootKey: RootKey,
  look: (row: RemovedWalletRow) => void = () => undefined,
): Promise<bigint> {
  const digest = new DigestSum();
  for await (const row of readRemovedWalletRows(session)) {
    look(row);
    digest.add(removedHash(rootKey, row));
  }
  return digest.value;
}

/**
 * Compares the rows of removed wallets with the manifest, and opens every one.
 * @returns the digest of all
 * @throws KmsError `VAULT_CORRUPT`
 */
export async function checkRemovedWallets(
  session: Session,
  rootKey: RootKey,
  manifest: Manifest,
): Promise<bigint> {
  const digest = await digestOfRemoved(session, rootKey, (row) => void openRemovedWallet(rootKey, row));
  checkRemoved(manifest, digest);
  return digest;
}

/**
 * Brings an index up to what the manifest says now by the rows that changed since; all rows are read when that does not
 * come out.
 */
export async function readChanges(
  session: Session,
  rootKey: RootKey,
  known: VaultContents,
): Promise<VaultContents> {
  const manifest = await readManifestAndSlots(session, rootKey);
  const { index } = known;
  const { added, removed } = await readWalletRowsSince(session, known.manifest.generation);
  let digest = known.manifest.digest;
  const lost = removed
    .map((row) => openRemovedWallet(rootKey, row))
    .filter(({ signatureId }) => index.get(signatureId) !== undefined);
  for (const { rowHash } of lost) digest = takeFromDigest(digest, rowHash);
  const found = added
    .map((row) => indexed(rootKey, row, openWallet(rootKey, row)))
    .sort((a, b) => a.position - b.position);
  const isChanged = ({ signatureId, position }: IndexedWallet) =>
    index.get(signatureId)?.position === position;
  const changed = found.filter(isChanged);
  const fresh = found.filter((wallet) => !isChanged(wallet));
  for (const { signatureId } of changed) {
    const before = index.get(signatureId);
    if (before !== undefined) digest = takeFromDigest(digest, before.rowHash);
  }
  for (const { rowHash } of found) digest = addToDigest(digest, rowHash);
  const isWhole = digest === manifest.digest && index.size - lost.length + fresh.length === manifest.count;
  const isNew = fresh.every(({ position }) => position >= known.manifest.nextPosition);
  if (!isWhole || !isNew) return readContents(session, rootKey);
  for (const { signatureId } of lost) index.delete(signatureId);
  for (const wallet of changed) index.replace(wallet);
  for (const wallet of fresh) index.add(wallet);
  return { manifest, index };
}

/** What a full check went through. */
export interface VaultCounts {
  readonly generation: number;
  readonly wallets: number;
  readonly keySlots: number;
  /** Of the rows of other tables, by their name. */
  readonly [others: string]: number;
}

/** Opens the rows of tables that are not the vault's own, and counts them by name. */
export type RowCheck = (session: Session) => Promise<Readonly<Record<string, number>>>;

/**
 * Opens every record, and the rows of the other tables.
 * @throws KmsError `VAULT_CORRUPT` naming what is wrong, and what `checkRows` throws
 */
export async function countAll(
  session: Session,
  rootKey: RootKey,
  { checkRows, onProgress }: { readonly checkRows: RowCheck; readonly onProgress: OnProgress },
): Promise<VaultCounts> {
  const names = new NameCheck(rootKey);
  const { manifest } = await readContents(session, rootKey, (wallet, { done, total }) => {
    names.expect(wallet);
    onProgress(done, total);
  });
  await names.compare(session);
  const slots = await readKeySlotRows(session);
  await checkRemovedWallets(session, rootKey, manifest);
  await checkLeaseRows(session);
  const others = await checkRows(session);
  return { generation: manifest.generation, wallets: manifest.count, keySlots: slots.length, ...others };
}
