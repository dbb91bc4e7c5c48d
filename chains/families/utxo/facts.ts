/**
 * What tells one coin of the UTXO family from another: version bytes, address prefixes, scripts and fee bounds.
 * https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki, https://en.bitcoin.it/wiki/Wallet_import_format
 */
import type { ChainFacts, Network } from "../../chain.ts";

/** Ways to lock an output that this family can spend with one key. */
export type ScriptKind = "p2pk" | "p2pkh" | "p2wpkh" | "p2sh-p2wpkh";

/** Version bytes and prefixes of one network of a coin. */
export interface NetworkParameters {
  /** BIP-32 version bytes of extended keys, as in `xpub`. */
  readonly extendedKey: { readonly public: number; readonly private: number };
  /** Base58Check version byte of P2PKH addresses. */
  readonly pubKeyHash: number;
  /** Base58Check version byte of P2SH addresses. */
  readonly scriptHash: number;
  /** Human-readable part of witness addresses (BIP-173, BIP-350); absent on coins without segregated witness. */
  readonly bech32?: string;
  /** Prefix of CashAddr addresses, on coins that write them in place of Base58Check. */
  readonly cashAddressPrefix?: string;
  /** Version byte of private keys in wallet import format (WIF). */
  readonly wif: number;
}

/** Amounts in satoshi: 1 coin = 10^8. */
export interface UtxoParameters {
  readonly facts: ChainFacts & { readonly derivationPath: Readonly<Record<Network, string>> };
  readonly networks: Readonly<Record<Network, NetworkParameters>>;
  /** How addresses of wallets are locked. A key used uncompressed is always P2PKH (BIP-143). */
  readonly walletScript: "p2pkh" | "p2wpkh";
  readonly spendableScripts: readonly ScriptKind[];
  /** Which texts of private keys are taken: WIF of the daemon's network only, or that of the other and hex as well. */
  readonly privateKeyTexts: "wif-of-network" | "wif-or-hex";
  /** No single amount is above it: the money supply, or 2^63 - 1 where that is unlimited. */
  readonly maximumAmount: bigint;
  readonly feeBounds: FeeBounds;
  /** Nodes refuse transactions with an output below it (satoshi), unless it carries data; absent where fees decide. */
  readonly dustLimit?: bigint;
}

/** The highest fee that is signed, in satoshi and in satoshi per virtual byte (BIP-141). */
export interface FeeBounds {
  readonly total: bigint;
  readonly perVirtualByte: bigint;
}
