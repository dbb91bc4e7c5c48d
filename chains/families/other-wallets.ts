/** Where common wallets look for the first address of a mnemonic, as they and their standards say it. */
import type { Network, OtherWallets } from "../chain.ts";

const BIP_84 = "https://github.com/bitcoin/bips/blob/master/bip-0084.mediawiki";
const METAMASK = "https://github.com/MetaMask/eth-hd-keyring#readme";

/** Of Bitcoin's kind, with SegWit addresses (BIP-84). */
export function bip84Wallets(coinType: number): Readonly<Record<Network, OtherWallets>> {
  const at = (coin: number): OtherWallets => ({
    wallets: "wallets after BIP-84",
    path: `m/84'/${coin}'/0'/0/0`,
    source: BIP_84,
  });
  return { mainnet: at(coinType), testnet: at(1) };
}

/** Of Ethereum's kind: at the same path on every chain and network, where that is another than the chain's own. */
export function ethereumWallets(
  derivationPath: Readonly<Record<Network, string>>,
): Partial<Record<Network, OtherWallets>> {
  const path = "m/44'/60'/0'/0";
  const others: OtherWallets = {
    wallets: "MetaMask and most others",
    path: `${path}/0`,
    source: METAMASK,
  };
  return {
    ...(derivationPath.mainnet !== path && { mainnet: others }),
    ...(derivationPath.testnet !== path && { testnet: others }),
  };
}
