/**
 * Wallets of the BNB Beacon Chain: the secp256k1 accounts of a mnemonic (BIP-44, coin type 714 of SLIP-0044), or one key.
 * https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import type { Network, WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { childPrivateKey } from "../../keys/bip32.ts";
import { assertMnemonic } from "../../keys/bip39.ts";
import { privateKeyBytes } from "../evm/private-key.ts";
import { parsePrivateKey } from "./private-key.ts";

/** The same on both networks. */
const ACCOUNT_PATH = "m/44'/714'/0'/0";

/** A wallet of one key, without mnemonic. */
export function generateWallet(network: Network): WalletFields {
  const privateKey = bytesToHex(secp256k1.utils.randomSecretKey());
  return { address: parsePrivateKey(privateKey, network).address, privateKey };
}

/**
 * A wallet that shows its first account.
 *
 * @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic.
 */
export function restoreWallet(mnemonic: string, network: Network): WalletFields {
  assertMnemonic(mnemonic);
  const privateKey = derivePrivateKey({ mnemonic }, 0);
  return { mnemonic, address: parsePrivateKey(privateKey, network).address, privateKey };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number, network: Network): string {
  return parsePrivateKey(derivePrivateKey(wallet, index), network).address;
}

/** @throws ChainError `INVALID_KEY` */
export function derivePrivateKey({ mnemonic, privateKey }: WalletFields, index: number): string {
  if (mnemonic !== undefined) return bytesToHex(childPrivateKey(mnemonic, ACCOUNT_PATH, index));
  if (privateKey !== undefined) return bytesToHex(privateKeyBytes(privateKey));
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
