/**
 * Bitcoin Cash. Keys: BIP-44 with coin type 145.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Address prefixes: https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md
 * Version bytes, which are Bitcoin's: https://github.com/bitcoin/bitcoin/blob/master/src/kernel/chainparams.cpp
 */
import type { Chain } from "./chain.ts";
import { bitcoinCashChain } from "./families/bitcoin-cash/chain.ts";

/** The derivation path is the same on both networks: that is how its keys have always been made. */
export const bitcoinCash: Chain = bitcoinCashChain({
  facts: {
    ticker: "BCH",
    name: "Bitcoin Cash",
    curve: "secp256k1",
    status: { kind: "live" },
    derivationPath: { mainnet: "m/44'/145'/0'/0", testnet: "m/44'/145'/0'/0" },
    otherWallets: {
      testnet: {
        wallets: "wallets after BIP-44",
        path: "m/44'/1'/0'/0/0",
        source: "https://github.com/satoshilabs/slips/blob/master/slip-0044.md",
      },
    },
    broadcastPath: "/v3/bcash/broadcast",
    offChainWithdrawal: true,
  },
  networks: {
    mainnet: {
      extendedKey: { public: 0x0488b21e, private: 0x0488ade4 },
      pubKeyHash: 0x00,
      scriptHash: 0x05,
      cashAddressPrefix: "bitcoincash",
      wif: 0x80,
    },
    testnet: {
      extendedKey: { public: 0x043587cf, private: 0x04358394 },
      pubKeyHash: 0x6f,
      scriptHash: 0xc4,
      cashAddressPrefix: "bchtest",
      wif: 0xef,
    },
  },
  walletScript: "p2pkh",
  spendableScripts: ["p2pkh"],
  privateKeyTexts: "wif-of-network",
  maximumAmount: 21_000_000n * 10n ** 8n,
  // 0.1 BCH, and 2,500 times the rate from which nodes relay (1): blocks have never been full.
  feeBounds: { total: 10_000_000n, perVirtualByte: 2_500n },
});
