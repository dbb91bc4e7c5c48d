/**
 * Wallets of the EVM family: a mnemonic and its extended public key, or one private key.
 * https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
 */
import type { Network, WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { childPrivateKey, childPublicKey, extendedPublicKey } from "../../keys/bip32.ts";
import { assertMnemonic, generateMnemonic } from "../../keys/bip39.ts";
import { walletAddress } from "./address.ts";
import type { EvmFacts } from "./facts.ts";
import { parsePrivateKey, privateKeyBytes, privateKeyText } from "./private-key.ts";

export function generateWallet(facts: EvmFacts, network: Network): WalletFields {
  return walletOf(generateMnemonic(), facts, network);
}

/** @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic. */
export function restoreWallet(mnemonic: string, facts: EvmFacts, network: Network): WalletFields {
  assertMnemonic(mnemonic);
  return walletOf(mnemonic, facts, network);
}

function walletOf(mnemonic: string, facts: EvmFacts, network: Network): WalletFields {
  // The version bytes are those of `xpub` on both networks.
  return { xpub: extendedPublicKey(mnemonic, facts.derivationPath[network]), mnemonic };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(
  wallet: WalletFields,
  index: number,
  facts: EvmFacts,
  network: Network,
): string {
  const { mnemonic, xpub } = wallet;
  if (xpub !== undefined) return walletAddress(childPublicKey(xpub, index), facts);
  if (mnemonic === undefined) return parsePrivateKey(requirePrivateKey(wallet), facts).address;
  const derived = extendedPublicKey(mnemonic, facts.derivationPath[network]);
  return walletAddress(childPublicKey(derived, index), facts);
}

/** @throws ChainError `INVALID_KEY` */
export function derivePrivateKey(
  wallet: WalletFields,
  index: number,
  facts: EvmFacts,
  network: Network,
): string {
  return privateKeyText(
    wallet.mnemonic === undefined
      ? privateKeyBytes(requirePrivateKey(wallet))
      : childPrivateKey(wallet.mnemonic, facts.derivationPath[network], index),
  );
}

function requirePrivateKey({ privateKey }: WalletFields): string {
  if (privateKey !== undefined) return privateKey;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
