/**
 * Cardano wallets: a mnemonic with payment keys below the path of CIP-1852, or one private key.
 * https://cips.cardano.org/cip/CIP-1852
 */

import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { Network, WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { assertIndex } from "../../keys/bip32.ts";
import { assertMnemonic, generateMnemonic } from "../../keys/bip39.ts";
import { enterpriseAddress } from "./address.ts";
import {
  childPrivateKey,
  childPublicKey,
  descendant,
  type ExtendedPrivateKey,
  type ExtendedPublicKey,
  icarusMasterKey,
  publicSide,
} from "./key-derivation.ts";
import { extendedKeyOfText, parsePrivateKey, privateKeyText } from "./private-key.ts";

/**
 * The node below which a wallet's keys are. The standard does not harden the fourth level; the wallets of this program
 * always did, so that their addresses are not those of other wallets with the same words.
 */
const ACCOUNT_LEVELS = ["1852'", "1815'", "0'", "0'"] as const;
export const ACCOUNT_PATH = `m/${ACCOUNT_LEVELS.join("/")}`;

const XPUB = /^[0-9a-f]{128}$/;

export function generateWallet(): WalletFields {
  return restoreWallet(generateMnemonic());
}

/** @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic. */
export function restoreWallet(mnemonic: string): WalletFields {
  const { publicKey, chainCode } = publicSide(accountNode(mnemonic));
  return { mnemonic, xpub: bytesToHex(publicKey) + bytesToHex(chainCode) };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number, network: Network): string {
  const { mnemonic, xpub } = wallet;
  if (mnemonic === undefined && xpub === undefined) {
    return parsePrivateKey(requirePrivateKey(wallet), network).address;
  }
  assertIndex(index);
  const account = xpub === undefined ? publicSide(accountNode(mnemonic ?? "")) : parseXpub(xpub);
  return enterpriseAddress(childPublicKey(account, index), network);
}

/** @throws ChainError `INVALID_KEY` */
export function derivePrivateKey(wallet: WalletFields, index: number): string {
  if (wallet.mnemonic === undefined) return privateKeyText(extendedKeyOfText(requirePrivateKey(wallet)));
  assertIndex(index);
  return privateKeyText(childPrivateKey(accountNode(wallet.mnemonic), index).key);
}

function accountNode(mnemonic: string): ExtendedPrivateKey {
  // Without a matching checksum there is no entropy, so not even an old wallet could have such words.
  assertMnemonic(mnemonic);
  return descendant(icarusMasterKey(mnemonicToEntropy(mnemonic, wordlist)), ACCOUNT_LEVELS);
}

/** 128 hex digits: the public key and the chain code of {@link ACCOUNT_PATH}. */
function parseXpub(xpub: string): ExtendedPublicKey {
  if (!XPUB.test(xpub)) throw new ChainError("INVALID_KEY", "The xpub is not 128 hex digits.");
  const bytes = hexToBytes(xpub);
  return { publicKey: bytes.subarray(0, 32), chainCode: bytes.subarray(32) };
}

function requirePrivateKey({ privateKey }: WalletFields): string {
  if (privateKey !== undefined) return privateKey;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
