/**
 * The manifest says what a vault has to hold, so that a record, key slot or journal that was deleted, brought back, replaced
 * or added is noticed. It changes in the same transaction as what it describes.
 */
import * as v from "valibot";
import { vaultCorrupt } from "../errors.ts";
import type { KeySlotRow } from "../store/tables/key-slot.ts";
import type { RemovedWalletRow, WalletRow } from "../store/tables/wallet.ts";
import { serializeDigest } from "./digest.ts";
import { lengthPrefixed, type RootKey } from "./root-key.ts";

export interface Manifest {
  /** Grows by one with every change of the wallets or key slots, and with each journal that is begun. */
  readonly generation: number;
  /** The number of wallets. */
  readonly count: number;
  /** The digest of all wallet rows, see {@link walletHash}. */
  readonly digest: bigint;
  /** The digest of all rows of removed wallets, see {@link removedHash}; missing until the first change of a vault that was made without. */
  readonly removed?: bigint | undefined;
  /** The keyed hash of all key slots, in hexadecimal. */
  readonly slots: string;
  /** The position of the next wallet: higher than that of any before it. */
  readonly nextPosition: number;
  /** The number of wallets whose first address was looked for, see `StoredWallet.firstAddress`. */
  readonly indexed: number;
  /** The journals that there are, each as `<network> <chain>`, in the order in which they were begun. */
  readonly journals?: readonly string[] | undefined;
  /** Keys of the vaults that were merged into this one, see JournalRegister; 64 digits each. */
  readonly mergedJobKeys?: readonly string[] | undefined;
  /** The last backup that was made of the vault: when, in milliseconds since 1970, and the `nextPosition` of that time. */
  readonly backup?: { readonly at: number; readonly nextPosition: number } | undefined;
  /** When the vault was restored from a backup, in milliseconds since 1970, until a person confirms it. */
  readonly restoredAt?: number | undefined;
  /** The store that the vault was copied to, or is being copied to, and where alone it is worked with. */
  readonly movedTo?: string | undefined;
}

/** Characters of the name of a store. */
const mostMovedTo = 1000;

const PURPOSE = "manifest";
/** A vault has one manifest, so its record id is empty. */
const RECORD_ID = new Uint8Array();

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hex256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const manifestSchema = v.strictObject({
  generation: counter,
  count: counter,
  digest: hex256,
  removed: v.optional(hex256),
  slots: hex256,
  nextPosition: counter,
  indexed: v.optional(counter, 0),
  journals: v.optional(v.array(v.string())),
  mergedJobKeys: v.optional(v.array(hex256)),
  backup: v.optional(v.strictObject({ at: counter, nextPosition: counter })),
  restoredAt: v.optional(counter),
  movedTo: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(mostMovedTo))),
});

export function sealManifest(rootKey: RootKey, manifest: Manifest): Uint8Array {
  const { removed, ...rest } = manifest;
  const text = JSON.stringify({
    ...rest,
    digest: serializeDigest(manifest.digest),
    ...(removed !== undefined && { removed: serializeDigest(removed) }),
  });
  return rootKey.seal(PURPOSE, RECORD_ID, Buffer.from(text));
}

/** What was opened last with a root key: each look at a wallet begins with the manifest, which is mostly the same. */
const openedLast = new WeakMap<RootKey, { readonly sealed: Uint8Array; readonly manifest: Manifest }>();

/** @throws KmsError `VAULT_CORRUPT` */
export function openManifest(rootKey: RootKey, sealed: Uint8Array): Manifest {
  const last = openedLast.get(rootKey);
  if (last !== undefined && Buffer.compare(last.sealed, sealed) === 0) return last.manifest;
  const manifest = openSealed(rootKey, sealed);
  openedLast.set(rootKey, { sealed, manifest });
  return manifest;
}

function openSealed(rootKey: RootKey, sealed: Uint8Array): Manifest {
  const text = rootKey.open(PURPOSE, RECORD_ID, sealed);
  if (text === undefined) throw vaultCorrupt("its manifest does not open");
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), manifestSchema), Buffer.from(text).toString());
  if (!parsed.success) throw vaultCorrupt("its manifest has an unknown shape");
  const { removed, ...rest } = parsed.output;
  const numberOf = (hex: string): bigint => BigInt(`0x${hex}`);
  return {
    ...rest,
    digest: numberOf(rest.digest),
    ...(removed !== undefined && { removed: numberOf(removed) }),
  };
}

/** What one wallet row adds to the digest of all; 32 bytes. */
export function walletHash(
  rootKey: RootKey,
  { walletKey, sealed }: Pick<WalletRow, "walletKey" | "sealed">,
): Uint8Array {
  return rootKey.keyedHash("wallet-digest", walletKey, sealed);
}

/** What one row of a removed wallet adds to the digest of all of them; 32 bytes. */
export function removedHash(
  rootKey: RootKey,
  { walletKey, generation, sealed }: RemovedWalletRow,
): Uint8Array {
  return rootKey.keyedHash("removed-digest", lengthPrefixed([walletKey, generation, sealed]));
}

/** The keyed hash of the key slots, lowest slot number first. */
export function slotsHash(rootKey: RootKey, slots: readonly KeySlotRow[]): string {
  const columns = slots.flatMap((slot) => [
    slot.slotId,
    slot.kind,
    slot.parameters,
    slot.commitment,
    slot.wrappedKey,
    slot.checksum,
  ]);
  return Buffer.from(rootKey.keyedHash("slot-digest", lengthPrefixed(columns))).toString("hex");
}

/** @throws KmsError `VAULT_CORRUPT` when the slots are not those the manifest was made with */
export function checkSlots(rootKey: RootKey, manifest: Manifest, slots: readonly KeySlotRow[]): void {
  if (slotsHash(rootKey, slots) !== manifest.slots) {
    throw vaultCorrupt("a key slot was added, removed or replaced, or the manifest is an older one");
  }
}

/** @throws KmsError `VAULT_CORRUPT` when the wallet rows found are not those the manifest was made with */
export function checkWallets(
  manifest: Manifest,
  found: { readonly count: number; readonly digest: bigint },
): void {
  const difference = found.count - manifest.count;
  if (difference !== 0) {
    const what = difference < 0 ? "missing" : "extra";
    throw vaultCorrupt(
      `${countOf(Math.abs(difference))} ${what} (${manifest.count} expected, ${found.count} found)`,
    );
  }
  if (found.digest !== manifest.digest) {
    throw vaultCorrupt("a wallet record was replaced by another one, or the manifest is an older one");
  }
}

/** @throws KmsError `VAULT_CORRUPT` when the rows of removed wallets are not those the manifest was made with */
export function checkRemoved(manifest: Manifest, found: bigint): void {
  if (manifest.removed === undefined || manifest.removed === found) return;
  throw vaultCorrupt(
    "a removed wallet was deleted, brought back or replaced, or the manifest is an older one",
  );
}

function countOf(wallets: number): string {
  return wallets === 1 ? "1 wallet is" : `${wallets} wallets are`;
}
