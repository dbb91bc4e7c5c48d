/**
 * Stellar wallets: the accounts of a mnemonic (SEP-5), or one secret seed.
 * https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0005.md
 */

import { randomBytes } from "node:crypto";
import type { WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { assertIndex } from "../../keys/bip32.ts";
import { assertMnemonic, mnemonicToSeed } from "../../keys/bip39.ts";
import { slip10Ed25519 } from "../../keys/slip10.ts";
import { parsePrivateKey, secretSeed } from "./private-key.ts";

/** A random key pair: one account, without a mnemonic. */
export function generateWallet(): WalletFields {
  const secret = secretSeed(randomBytes(32));
  return { address: parsePrivateKey(secret).address, secret };
}

/**
 * The accounts of a mnemonic; the wallet shows the first one.
 *
 * @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic.
 */
export function restoreWallet(mnemonic: string): WalletFields {
  assertMnemonic(mnemonic);
  return { mnemonic, address: deriveAddress({ mnemonic }, 0) };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number): string {
  return parsePrivateKey(derivePrivateKey(wallet, index)).address;
}

/** @throws ChainError `INVALID_KEY` */
export function derivePrivateKey({ mnemonic, secret, privateKey }: WalletFields, index: number): string {
  if (mnemonic !== undefined) return derivedSecret(mnemonic, index);
  const stored = secret ?? privateKey;
  if (stored !== undefined) return stored;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a secret.");
}

/** The account at `index` is `m/44'/148'/index'`. */
function derivedSecret(mnemonic: string, index: number): string {
  assertIndex(index);
  const seed = mnemonicToSeed(mnemonic);
  try {
    return secretSeed(slip10Ed25519(seed, `m/44'/148'/${index}'`));
  } finally {
    seed.fill(0);
  }
}
