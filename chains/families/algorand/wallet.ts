/**
 * Algorand wallets: one Ed25519 key, also given by a mnemonic of 25 words.
 * https://dev.algorand.co/concepts/accounts/keys-signing/
 */

import { randomBytes } from "node:crypto";
import type { WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { addressOfPublicKey } from "./address.ts";
import { parsePrivateKey, readSecret, secretText, seedOfMnemonic } from "./private-key.ts";

export function generateWallet(): WalletFields {
  return walletOf(Uint8Array.from(randomBytes(32)));
}

/** @throws ChainError `INVALID_KEY` when the words are not an Algorand mnemonic. */
export function restoreWallet(mnemonic: string): WalletFields {
  return walletOf(seedOfMnemonic(mnemonic));
}

function walletOf(seed: Uint8Array): WalletFields {
  return { address: addressOfPublicKey(memoryEd25519Key(seed).publicKey), secret: secretText(seed) };
}

/**
 * The address of the wallet's key: an Algorand account has one, whatever the index.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function deriveAddress(wallet: WalletFields): string {
  return parsePrivateKey(requireSecret(wallet)).address;
}

/**
 * The wallet's key in the form of {@link secretText}, whatever the index.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function derivePrivateKey(wallet: WalletFields): string {
  return secretText(readSecret(requireSecret(wallet)));
}

function requireSecret({ secret, privateKey, mnemonic }: WalletFields): string {
  const text = secret ?? privateKey ?? mnemonic;
  if (text !== undefined) return text;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a secret nor a private key.");
}
