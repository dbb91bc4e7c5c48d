/**
 * Wallets of the UTXO family: a mnemonic and its extended public key, or one private key.
 * https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
 */
import type { Network, WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { childPrivateKey, childPublicKey, extendedPublicKey } from "../../keys/bip32.ts";
import { assertMnemonic, generateMnemonic } from "../../keys/bip39.ts";
import { addressOfPublicKey } from "./address.ts";
import type { UtxoParameters } from "./facts.ts";
import { encodeWif, parsePrivateKey } from "./private-key.ts";

export function generateWallet(parameters: UtxoParameters, network: Network): WalletFields {
  return walletOf(generateMnemonic(), parameters, network);
}

/** @throws ChainError `INVALID_KEY` when the words are not a valid BIP-39 mnemonic. */
export function restoreWallet(mnemonic: string, parameters: UtxoParameters, network: Network): WalletFields {
  assertMnemonic(mnemonic);
  return walletOf(mnemonic, parameters, network);
}

/**
 * The address at an index. A mnemonic counts more than the extended public key beside it, so that an address always
 * belongs to the key that {@link derivePrivateKey} gives.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function deriveAddress(
  wallet: WalletFields,
  index: number,
  parameters: UtxoParameters,
  network: Network,
): string {
  if (wallet.mnemonic === undefined && wallet.xpub === undefined && wallet.privateKey !== undefined) {
    return parsePrivateKey(wallet.privateKey, parameters, network).address;
  }
  const { extendedKey } = parameters.networks[network];
  const xpub =
    wallet.mnemonic === undefined ? wallet.xpub : walletOf(wallet.mnemonic, parameters, network).xpub;
  if (xpub === undefined) {
    throw new ChainError("INVALID_KEY", "The wallet has neither a mnemonic nor an xpub nor a private key.");
  }
  const publicKey = childPublicKey(xpub, index, extendedKey);
  return addressOfPublicKey(publicKey, parameters, parameters.networks[network]);
}

/**
 * The private key at an index as compressed WIF; the stored text for a wallet that is one key.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function derivePrivateKey(
  wallet: WalletFields,
  index: number,
  parameters: UtxoParameters,
  network: Network,
): string {
  if (wallet.mnemonic !== undefined) {
    const privateKey = childPrivateKey(wallet.mnemonic, parameters.facts.derivationPath[network], index);
    return encodeWif(privateKey, parameters.networks[network].wif);
  }
  if (wallet.privateKey !== undefined) return wallet.privateKey;
  throw new ChainError("INVALID_KEY", "The wallet has neither a mnemonic nor a private key.");
}

function walletOf(
  mnemonic: string,
  parameters: UtxoParameters,
  network: Network,
): { readonly mnemonic: string; readonly xpub: string } {
  const path = parameters.facts.derivationPath[network];
  return { mnemonic, xpub: extendedPublicKey(mnemonic, path, parameters.networks[network].extendedKey) };
}
