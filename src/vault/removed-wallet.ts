/** What is kept of a wallet that was removed: for a while all of it, then so much that others who have the vault open learn of it. */
import * as v from "valibot";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { vaultCorrupt } from "../errors.ts";
import type { RemovedWalletRow } from "../store/tables/wallet.ts";
import type { RootKey } from "./root-key.ts";
import {
  paddedText,
  parseJson,
  type StoredWallet,
  storedWalletJson,
  storedWalletSchema,
  type WalletDescription,
  walletKeyOf,
} from "./wallet-record.ts";

/** A whole wallet that can be restored. */
interface KeptWallet {
  readonly wallet: StoredWallet;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
}

export interface RemovedWallet {
  readonly signatureId: string;
  /** Milliseconds since 1970. */
  readonly removedAt: number;
  /** What its row added to the digest of all wallets, 32 bytes. */
  readonly rowHash: Uint8Array;
  /** Missing once it is gone for good. */
  readonly kept?: KeptWallet | undefined;
}

/** What may be said of a wallet that was removed and can be restored. */
export interface RemovedDescription extends WalletDescription, Pick<KeptWallet, "until"> {
  /** Milliseconds since 1970. */
  readonly removedAt: number;
}

const milliseconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema = v.strictObject({
  signatureId: v.string(),
  removedAt: milliseconds,
  rowHash: v.pipe(
    v.string(),
    v.regex(/^[0-9a-f]{64}$/),
    v.transform((hex): Uint8Array => Buffer.from(hex, "hex")),
  ),
  kept: v.optional(v.strictObject({ until: milliseconds, wallet: storedWalletSchema })),
});

/** The generation takes part in the seal, so that a removal of long ago cannot be told as a new one. */
const purposeOf = (generation: number): string => `removed-wallet/${generation}`;

export function sealRemovedWallet(
  rootKey: RootKey,
  generation: number,
  { signatureId, removedAt, rowHash, kept }: RemovedWallet,
): RemovedWalletRow {
  const walletKey = walletKeyOf(rootKey, signatureId);
  const json = stringifyExactJson({
    signatureId,
    removedAt,
    rowHash: Buffer.from(rowHash).toString("hex"),
    ...(kept !== undefined && { kept: { until: kept.until, wallet: storedWalletJson(kept.wallet) } }),
  });
  const text = kept === undefined ? Buffer.from(json) : paddedText(Buffer.from(json));
  const sealed = rootKey.seal(purposeOf(generation), walletKey, text);
  text.fill(0);
  return { walletKey, generation, sealed };
}

/** @throws KmsError `VAULT_CORRUPT` */
export function openRemovedWallet(
  rootKey: RootKey,
  { walletKey, generation, sealed }: RemovedWalletRow,
): RemovedWallet {
  const name = `removed wallet record ${Buffer.from(walletKey).toString("hex")}`;
  const text = rootKey.open(purposeOf(generation), walletKey, sealed);
  if (text === undefined) throw vaultCorrupt(`${name} does not open`);
  const parsed = v.safeParse(schema, parseJson(text));
  text.fill(0);
  if (!parsed.success) throw vaultCorrupt(`${name} has an unknown shape`);
  return parsed.output;
}
