/**
 * Solana wallets: a BIP-39 mnemonic with Ed25519 keys by SLIP-0010 (coin type 501 of SLIP-0044), or one secret key.
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import type { WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { assertIndex } from "../../keys/bip32.ts";
import { assertMnemonic, generateMnemonic, mnemonicToSeed } from "../../keys/bip39.ts";
import { slip10Ed25519 } from "../../keys/slip10.ts";
import { parsePrivateKey, secretKeyText, seedOfSecretKey } from "./private-key.ts";

export function generateWallet(): WalletFields {
  return walletOf(generateMnemonic());
}

/** @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic. */
export function restoreWallet(mnemonic: string): WalletFields {
  assertMnemonic(mnemonic);
  return walletOf(mnemonic);
}

function walletOf(mnemonic: string): WalletFields {
  const privateKey = derivedSecretKey(mnemonic, 0);
  return { mnemonic, address: parsePrivateKey(privateKey).address, privateKey };
}

/**
 * The key at the path of every wallet this program ever made. Phantom, Solflare and others use `m/44'/501'/i'/0'`, which
 * gives other addresses: an account of theirs is imported by its secret key.
 */
function derivedSecretKey(mnemonic: string, index: number): string {
  assertIndex(index);
  const seed = mnemonicToSeed(mnemonic);
  try {
    return secretKeyText(slip10Ed25519(seed, `m/44'/501'/0'/0'/${index}'`));
  } finally {
    seed.fill(0);
  }
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number): string {
  return parsePrivateKey(derivePrivateKey(wallet, index)).address;
}

/** @throws ChainError `INVALID_KEY` */
export function derivePrivateKey({ mnemonic, privateKey }: WalletFields, index: number): string {
  if (mnemonic !== undefined) return derivedSecretKey(mnemonic, index);
  if (privateKey !== undefined) return secretKeyText(seedOfSecretKey(privateKey));
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
