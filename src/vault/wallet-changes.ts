/** Wallets inside a transaction: added, found and removed. */
import { randomBytes } from "node:crypto";
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { deleteWalletRow, insertWalletRow, readWalletRow } from "../store/tables/wallet.ts";
import type { IndexedWallet, VaultContents } from "./contents.ts";
import { addToDigest, takeFromDigest, walletHash } from "./manifest.ts";
import type { RootKey } from "./root-key.ts";
import type { Change } from "./state.ts";
import { openWallet, sealWallet, summarize, type WalletRecord } from "./wallet-record.ts";

/** A wallet to add. */
export type WalletEntry = readonly [signatureId: string, record: WalletRecord];

/** @throws KmsError `WALLET_EXISTS`, `INVALID_INPUT` */
export async function insertWallets(
  session: Session,
  rootKey: RootKey,
  { manifest, index }: VaultContents,
  entries: readonly WalletEntry[],
): Promise<Change> {
  const added = new Map<string, IndexedWallet>();
  let { digest } = manifest;
  for (const [signatureId, record] of entries) {
    if (index.get(signatureId) !== undefined || added.has(signatureId)) {
      throw new KmsError("WALLET_EXISTS", `There is a wallet with the signature ID ${signatureId} already.`);
    }
    const wallet = { signatureId, position: index.nextPosition + added.size, record };
    const recordId = randomBytes(16);
    const row = { recordId, sealed: sealWallet(rootKey, recordId, wallet) };
    await insertWalletRow(session, row);
    digest = addToDigest(digest, walletHash(rootKey, row));
    const { position } = wallet;
    added.set(signatureId, { ...summarize(wallet), recordId: recordId.toString("hex"), position });
  }
  return {
    manifest: { ...manifest, count: manifest.count + added.size, digest },
    updateIndex: () => {
      for (const wallet of added.values()) index.add(wallet);
    },
  };
}

export async function deleteWallet(
  session: Session,
  rootKey: RootKey,
  { manifest, index }: VaultContents,
  wallet: IndexedWallet,
): Promise<Change> {
  // Opened first: only a genuine row may be taken out of the digest.
  const { row } = await findWallet(session, rootKey, wallet);
  await deleteWalletRow(session, row.recordId);
  const digest = takeFromDigest(manifest.digest, walletHash(rootKey, row));
  return {
    manifest: { ...manifest, count: manifest.count - 1, digest },
    updateIndex: () => index.delete(wallet.signatureId),
  };
}

/** @throws KmsError `VAULT_CORRUPT` when the row is missing or does not hold that wallet */
export async function findWallet(session: Session, rootKey: RootKey, wallet: IndexedWallet) {
  const { recordId, signatureId } = wallet;
  const row = await readWalletRow(session, Buffer.from(recordId, "hex"));
  if (row === undefined) throw vaultCorrupt(`wallet record ${recordId} is missing`);
  const stored = openWallet(rootKey, row);
  if (stored.signatureId !== signatureId)
    throw vaultCorrupt(`wallet record ${recordId} holds another wallet`);
  return { row, record: stored.record };
}
