/** What is kept of a wallet that was removed: so much that others who have the vault open learn of it. */
import * as v from "valibot";
import { vaultCorrupt } from "../errors.ts";
import type { RemovedWalletRow } from "../store/tables/wallet.ts";
import type { RootKey } from "./root-key.ts";
import { walletKeyOf } from "./wallet-record.ts";

export interface RemovedWallet {
  readonly signatureId: string;
  /** Milliseconds since 1970. */
  readonly removedAt: number;
  /** What its row added to the digest of all wallets, 32 bytes. */
  readonly rowHash: Uint8Array;
}

const schema = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    signatureId: v.string(),
    removedAt: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    rowHash: v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{64}$/),
      v.transform((hex): Uint8Array => Buffer.from(hex, "hex")),
    ),
  }),
);

/** The generation takes part in the seal, so that a removal of long ago cannot be told as a new one. */
const purposeOf = (generation: number): string => `removed-wallet/${generation}`;

export function sealRemovedWallet(
  rootKey: RootKey,
  generation: number,
  { signatureId, removedAt, rowHash }: RemovedWallet,
): RemovedWalletRow {
  const walletKey = walletKeyOf(rootKey, signatureId);
  const text = JSON.stringify({
    signatureId,
    removedAt,
    rowHash: Buffer.from(rowHash).toString("hex"),
  });
  return {
    walletKey,
    generation,
    sealed: rootKey.seal(purposeOf(generation), walletKey, Buffer.from(text)),
  };
}

/** @throws KmsError `VAULT_CORRUPT` */
export function openRemovedWallet(
  rootKey: RootKey,
  { walletKey, generation, sealed }: RemovedWalletRow,
): RemovedWallet {
  const name = `removed wallet record ${Buffer.from(walletKey).toString("hex")}`;
  const text = rootKey.open(purposeOf(generation), walletKey, sealed);
  if (text === undefined) throw vaultCorrupt(`${name} does not open`);
  const parsed = v.safeParse(schema, Buffer.from(text).toString());
  if (!parsed.success) throw vaultCorrupt(`${name} has an unknown shape`);
  return parsed.output;
}
