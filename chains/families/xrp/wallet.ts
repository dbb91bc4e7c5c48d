/**
 * XRP Ledger wallets: the secp256k1 accounts of a mnemonic (BIP-44, coin type 144 of SLIP-0044), or one secret.
 * https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import { randomBytes } from "node:crypto";
import { bytesToHex } from "@noble/curves/utils.js";
import { encodeSeed } from "xrpl/dist/npm/utils/index.js";
import type { WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { childPrivateKey, childPublicKey, extendedPublicKey } from "../../keys/bip32.ts";
import { assertMnemonic } from "../../keys/bip39.ts";
import { addressOfPublicKey } from "./address.ts";
import { parsePrivateKey } from "./private-key.ts";

export const DERIVATION_PATH = "m/44'/144'/0'/0";

/** A random ed25519 seed: one account, without a mnemonic. */
export function generateWallet(): WalletFields {
  const secret = encodeSeed(randomBytes(16), "ed25519");
  return { address: parsePrivateKey(secret).address, secret };
}

/**
 * The accounts of a mnemonic; the wallet shows the first one.
 *
 * @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic.
 */
export function restoreWallet(mnemonic: string): WalletFields {
  assertMnemonic(mnemonic);
  const xpub = extendedPublicKey(mnemonic, DERIVATION_PATH);
  return { xpub, mnemonic, address: deriveAddress({ xpub }, 0) };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number): string {
  const { mnemonic, xpub } = wallet;
  if (mnemonic === undefined && xpub !== undefined) return addressOfPublicKey(childPublicKey(xpub, index));
  return parsePrivateKey(derivePrivateKey(wallet, index)).address;
}

/**
 * The secret of the wallet; of a mnemonic wallet the private key as ripple-keypairs writes it: `00` and 64 hex digits.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function derivePrivateKey({ mnemonic, secret, privateKey }: WalletFields, index: number): string {
  if (mnemonic !== undefined) {
    return `00${bytesToHex(childPrivateKey(mnemonic, DERIVATION_PATH, index)).toUpperCase()}`;
  }
  const stored = secret ?? privateKey;
  if (stored !== undefined) return stored;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a secret.");
}
