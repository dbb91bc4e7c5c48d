/**
 * Bitcoin. Keys: BIP-44 with coin type 0, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Network parameters: https://github.com/bitcoin/bitcoin/blob/master/src/kernel/chainparams.cpp
 */
import type { Chain } from "./chain.ts";
import { bip84Wallets } from "./families/other-wallets.ts";
import { utxoChain } from "./families/utxo/chain.ts";

/** Wallets use purpose 44' of BIP-44 together with P2WPKH addresses: that is how their keys have always been made. */
export const bitcoin: Chain = utxoChain({
  facts: {
    ticker: "BTC",
    name: "Bitcoin",
    curve: "secp256k1",
    status: { kind: "live" },
    derivationPath: { mainnet: "m/44'/0'/0'/0", testnet: "m/44'/1'/0'/0" },
    otherWallets: bip84Wallets(0),
    broadcastPath: "/v3/bitcoin/broadcast",
    offChainWithdrawal: true,
  },
  networks: {
    mainnet: {
      extendedKey: { public: 0x0488b21e, private: 0x0488ade4 },
      pubKeyHash: 0x00,
      scriptHash: 0x05,
      bech32: "bc",
      wif: 0x80,
    },
    testnet: {
      extendedKey: { public: 0x043587cf, private: 0x04358394 },
      pubKeyHash: 0x6f,
      scriptHash: 0xc4,
      bech32: "tb",
      wif: 0xef,
    },
  },
  walletScript: "p2wpkh",
  spendableScripts: ["p2pk", "p2pkh", "p2wpkh", "p2sh-p2wpkh"],
  privateKeyTexts: "wif-or-hex",
  maximumAmount: 21_000_000n * 10n ** 8n,
  // 0.1 BTC, and twice the rate that blocks asked for in their busiest hours (about 2,500, at the halving of 2024).
  feeBounds: { total: 10_000_000n, perVirtualByte: 5_000n },
});
