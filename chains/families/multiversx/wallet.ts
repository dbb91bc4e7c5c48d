/**
 * MultiversX wallets: a BIP-39 mnemonic with Ed25519 keys by SLIP-0010, or one private key.
 * https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 */

import { bytesToHex } from "@noble/curves/utils.js";
import type { Network, WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { assertIndex } from "../../keys/bip32.ts";
import { assertMnemonic, generateMnemonic, mnemonicToSeed } from "../../keys/bip39.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { slip10Ed25519 } from "../../keys/slip10.ts";
import { accountPath, addressOfPublicKey } from "./address.ts";
import { seedOfPrivateKey } from "./private-key.ts";

/** Hardened derivation has no extended public key, so the record is the mnemonic alone. */
export function generateWallet(): WalletFields {
  return { mnemonic: generateMnemonic() };
}

/** @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic. */
export function restoreWallet(mnemonic: string): WalletFields {
  assertMnemonic(mnemonic);
  return { mnemonic };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number, network: Network): string {
  return addressOfPublicKey(memoryEd25519Key(seedAt(wallet, index, network)).publicKey);
}

/** 64 hex digits. @throws ChainError `INVALID_KEY` */
export function derivePrivateKey(wallet: WalletFields, index: number, network: Network): string {
  return bytesToHex(seedAt(wallet, index, network));
}

function seedAt({ mnemonic, privateKey }: WalletFields, index: number, network: Network): Uint8Array {
  // An empty mnemonic is no wallet: its keys are public knowledge.
  if (mnemonic !== undefined && mnemonic.trim() !== "") {
    assertIndex(index);
    const seed = mnemonicToSeed(mnemonic);
    try {
      return slip10Ed25519(seed, accountPath(network, index));
    } finally {
      seed.fill(0);
    }
  }
  if (privateKey !== undefined) return seedOfPrivateKey(privateKey);
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
