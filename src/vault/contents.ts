/** The contents of a vault: its wallets read, all of them or those that others changed, and checked against its manifest. */
import type { Network } from "../../chains/chain.ts";
import { defaultApiKey } from "../api-key-name.ts";
import { vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { checkLeaseRows } from "../store/tables/lease.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import {
  readRemovedWalletRows,
  readWalletRows,
  readWalletRowsSince,
  type WalletRow,
} from "../store/tables/wallet.ts";
import { addToDigest, hashNumber, takeFromDigest } from "./digest.ts";
import { checkSlots, checkWallets, type Manifest, openManifest, walletHash } from "./manifest.ts";
import { openRemovedWallet } from "./removed-wallet.ts";
import type { RootKey } from "./root-key.ts";
import { NameCheck } from "./wallet-names.ts";
import { openWallet, type StoredWallet, summarize, type WalletSummary } from "./wallet-record.ts";

/** Is told how many of how many are done. */
export type OnProgress = (done: number, total: number) => void;

/** What may be said of a wallet, and its place in the list. */
export interface IndexedWallet extends WalletSummary {
  readonly position: number;
  /** What its row adds to the digest of all. */
  readonly rowHash: bigint;
}

function indexed(rootKey: RootKey, row: WalletRow, wallet: StoredWallet): IndexedWallet {
  const { position } = wallet;
  return { ...summarize(wallet), position, rowHash: hashNumber(walletHash(rootKey, row)) };
}

/** The wallets of an open vault by signature ID, without their secrets. */
export class WalletIndex {
  /** In rising order of position: the order in which a Map keeps what is put into it. */
  readonly #wallets = new Map<string, IndexedWallet>();
  /** Lists that were asked for, until something changes. */
  readonly #idsOf = new Map<string, readonly string[]>();
  #nextPosition = 0;

  /** @throws KmsError `VAULT_CORRUPT` when two records have one signature ID or one position */
  constructor(wallets: IndexedWallet[]) {
    for (const wallet of wallets.sort((a, b) => a.position - b.position)) this.add(wallet);
  }

  get size(): number {
    return this.#wallets.size;
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
    this.#idsOf.clear();
  }

  /** Takes over a wallet that is known already and keeps its place. */
  replace(wallet: IndexedWallet): void {
    this.#wallets.set(wallet.signatureId, wallet);
    this.#idsOf.clear();
  }

  delete(signatureId: string): void {
    this.#wallets.delete(signatureId);
    this.#idsOf.clear();
  }

  /** All wallets, newest first. */
  newestFirst(): IndexedWallet[] {
    return [...this.#wallets.values()].reverse();
  }

  /**
   * The signature IDs of a chain on a network, newest first; the same array until a wallet is added, changed or removed.
   * @param apiKey only those that belong to the API key of this name
   */
  idsOf(ticker: string, network: Network, apiKey = ""): readonly string[] {
    const name = `${network} ${ticker} ${apiKey}`;
    const known = this.#idsOf.get(name);
    if (known !== undefined) return known;
    const isTestnet = network === "testnet";
    const ids = this.newestFirst()
      .filter(({ chain, testnet }) => chain === ticker && (testnet === true) === isTestnet)
      .filter((wallet) => apiKey === "" || (wallet.apiKey ?? defaultApiKey) === apiKey)
      .map(({ signatureId }) => signatureId);
    this.#idsOf.set(name, ids);
    return ids;
  }
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
  readonly rowHash: bigint;
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
  let [digest, done, withAddress, last] = [0n, 0, 0, -1];
  for await (const row of readWalletRows(session)) {
    const wallet = openWallet(rootKey, row);
    const rowHash = hashNumber(walletHash(rootKey, row));
    done += 1;
    visit(wallet, { rowHash, done, total: manifest.count });
    digest = addToDigest(digest, rowHash);
    if (wallet.firstAddress !== undefined) withAddress += 1;
    last = Math.max(last, wallet.position);
  }
  checkWallets(manifest, { count: done, digest });
  if (withAddress !== manifest.indexed)
    throw vaultCorrupt("its manifest counts other wallets with a first address than there are");
  if (last >= manifest.nextPosition)
    throw vaultCorrupt("a wallet record has a position that is not given yet");
  return manifest;
}

/** {@link visitContents} with the index of what was found, whose wallets are each there once. */
export async function readContents(
  session: Session,
  rootKey: RootKey,
  visit: (wallet: StoredWallet, visited: Visited) => void = () => undefined,
): Promise<VaultContents> {
  const wallets: IndexedWallet[] = [];
  const manifest = await visitContents(session, rootKey, (wallet, visited) => {
    wallets.push({ ...summarize(wallet), position: wallet.position, rowHash: visited.rowHash });
    visit(wallet, visited);
  });
  return { manifest, index: new WalletIndex(wallets) };
}

/**
 * Compares all wallet rows with the manifest without opening them.
 * @throws KmsError `VAULT_CORRUPT`
 */
export async function checkAllWallets(session: Session, rootKey: RootKey, manifest: Manifest): Promise<void> {
  let count = 0;
  let digest = 0n;
  for await (const row of readWalletRows(session)) {
    digest = addToDigest(digest, walletHash(rootKey, row));
    count += 1;
  }
  checkWallets(manifest, { count, digest });
}

/**
 * Opens every row of a wallet that was removed.
 * @throws KmsError `VAULT_CORRUPT`
 */
async function checkRemovedWallets(session: Session, rootKey: RootKey): Promise<number> {
  let count = 0;
  for await (const row of readRemovedWalletRows(session)) {
    openRemovedWallet(rootKey, row);
    count += 1;
  }
  return count;
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
  for (const { signatureId } of changed)
    digest = takeFromDigest(digest, index.get(signatureId)?.rowHash ?? 0n);
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
  await checkRemovedWallets(session, rootKey);
  await checkLeaseRows(session);
  const others = await checkRows(session);
  return { generation: manifest.generation, wallets: manifest.count, keySlots: slots.length, ...others };
}
