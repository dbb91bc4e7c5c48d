/**
 * Litecoin. Keys: BIP-44 with coin type 2, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Network parameters: https://github.com/litecoin-project/litecoin/blob/master/src/chainparams.cpp
 * Version bytes of extended keys: https://github.com/satoshilabs/slips/blob/master/slip-0132.md
 */
import type { Chain } from "./chain.ts";
import { bip84Wallets } from "./families/other-wallets.ts";
import { utxoChain } from "./families/utxo/chain.ts";

export const litecoin: Chain = utxoChain({
  facts: {
    ticker: "LTC",
    name: "Litecoin",
    curve: "secp256k1",
    status: { kind: "live" },
    derivationPath: { mainnet: "m/44'/2'/0'/0", testnet: "m/44'/1'/0'/0" },
    otherWallets: bip84Wallets(2),
    broadcastPath: "/v3/litecoin/broadcast",
    offChainWithdrawal: true,
  },
  networks: {
    mainnet: {
      extendedKey: { public: 0x019da462, private: 0x019d9cfe },
      pubKeyHash: 0x30,
      scriptHash: 0x32,
      bech32: "ltc",
      wif: 0xb0,
    },
    testnet: {
      extendedKey: { public: 0x0436f6e1, private: 0x0436ef7d },
      pubKeyHash: 0x6f,
      scriptHash: 0x3a,
      bech32: "tltc",
      wif: 0xef,
    },
  },
  walletScript: "p2pkh",
  spendableScripts: ["p2pk", "p2pkh", "p2wpkh", "p2sh-p2wpkh"],
  privateKeyTexts: "wif-or-hex",
  maximumAmount: 84_000_000n * 10n ** 8n,
  // 1 LTC, and 5,000 times the rate from which nodes relay (1): blocks have seldom been full.
  feeBounds: { total: 100_000_000n, perVirtualByte: 5_000n },
});
