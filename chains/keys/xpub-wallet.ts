/**
 * Wallets that are a mnemonic and its extended public key, on secp256k1 chains with one address format.
 * https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
 */
import type { Chain, Network, WalletFields } from "../chain.ts";
import { ChainError } from "../error.ts";
import { childPrivateKey, childPublicKey, extendedPublicKey } from "./bip32.ts";
import { assertMnemonic, generateMnemonic } from "./bip39.ts";
import { memorySecp256k1Key } from "./secp256k1.ts";

/** What tells the wallets of one chain from those of another, where wallets are a mnemonic and its `xpub`. */
export interface XpubWalletRules {
  /** BIP-32 path of the node whose children are the accounts. */
  readonly path: Readonly<Record<Network, string>>;
  /** The order in which wallets print their fields. */
  readonly firstField: "mnemonic" | "xpub";
  /** The address of a public key (33 or 65 bytes). @throws ChainError `INVALID_KEY` */
  address(publicKey: Uint8Array): string;
  /** The 32 bytes of a private key in any of its text forms. @throws ChainError `INVALID_KEY` */
  privateKeyBytes(text: string): Uint8Array;
  privateKeyText(privateKey: Uint8Array): string;
}

type WalletMethods = Pick<
  Chain,
  | "generateWallet"
  | "restoreWallet"
  | "deriveAddress"
  | "derivePrivateKey"
  | "parsePrivateKey"
  | "addressOfPublicKey"
>;

/** The wallets of a secp256k1 chain with the version bytes of `xpub` on both networks. */
export function xpubWallet(rules: XpubWalletRules): WalletMethods {
  const walletOf = (mnemonic: string, network: Network): WalletFields => {
    const xpub = extendedPublicKey(mnemonic, rules.path[network]);
    return rules.firstField === "mnemonic" ? { mnemonic, xpub } : { xpub, mnemonic };
  };
  const parsePrivateKey: Chain["parsePrivateKey"] = (text) => {
    const key = memorySecp256k1Key(rules.privateKeyBytes(text));
    return { address: rules.address(key.publicKey), key, warnings: [] };
  };
  return {
    generateWallet: (network) => walletOf(generateMnemonic(), network),
    restoreWallet(mnemonic, network) {
      assertMnemonic(mnemonic);
      return walletOf(mnemonic, network);
    },
    deriveAddress(wallet, index, network) {
      const { mnemonic, xpub } = wallet;
      if (xpub !== undefined) return rules.address(childPublicKey(xpub, index));
      if (mnemonic === undefined) return parsePrivateKey(requirePrivateKey(wallet), network).address;
      return rules.address(childPublicKey(extendedPublicKey(mnemonic, rules.path[network]), index));
    },
    derivePrivateKey(wallet, index, network) {
      const { mnemonic } = wallet;
      return rules.privateKeyText(
        mnemonic === undefined
          ? rules.privateKeyBytes(requirePrivateKey(wallet))
          : childPrivateKey(mnemonic, rules.path[network], index),
      );
    },
    parsePrivateKey,
    addressOfPublicKey: (publicKey) => rules.address(publicKey),
  };
}

function requirePrivateKey({ privateKey }: WalletFields): string {
  if (privateKey !== undefined) return privateKey;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
