/**
 * Dogecoin. Keys: BIP-44 with coin type 3, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Network parameters: https://github.com/dogecoin/dogecoin/blob/master/src/chainparams.cpp
 * Version bytes of extended keys, which are Bitcoin's: https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 */
import type { Chain } from "./chain.ts";
import { utxoChain } from "./families/utxo/chain.ts";

export const dogecoin: Chain = utxoChain({
  facts: {
    ticker: "DOGE",
    name: "Dogecoin",
    curve: "secp256k1",
    status: { kind: "live" },
    derivationPath: { mainnet: "m/44'/3'/0'/0", testnet: "m/44'/1'/0'/0" },
    broadcastPath: "/v3/dogecoin/broadcast",
    offChainWithdrawal: true,
  },
  networks: {
    mainnet: {
      extendedKey: { public: 0x0488b21e, private: 0x0488ade4 },
      pubKeyHash: 0x1e,
      scriptHash: 0x16,
      wif: 0x9e,
    },
    testnet: {
      extendedKey: { public: 0x043587cf, private: 0x04358394 },
      pubKeyHash: 0x71,
      scriptHash: 0xc4,
      wif: 0xf1,
    },
  },
  walletScript: "p2pkh",
  spendableScripts: ["p2pk", "p2pkh"],
  privateKeyTexts: "wif-or-hex",
  // New coins come for ever: what the 64-bit field of an output holds is the limit.
  maximumAmount: 2n ** 63n - 1n,
  // 100 DOGE, and 50 times the 1 DOGE for 1,000 bytes that wallets paid until 2021 (today they pay 0.01 DOGE).
  feeBounds: { total: 10_000_000_000n, perVirtualByte: 5_000_000n },
  // 0.001 DOGE: the hard dust limit of Dogecoin Core (doc/fee-recommendation.md).
  dustLimit: 100_000n,
});
