/**
 * The BNB Beacon Chain. Keys: BIP-44 with coin type 714, on both networks.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Its end: https://www.bnbchain.org/en/bnb-chain-fusion
 */
import type { Chain } from "./chain.ts";
import { bnbChain } from "./families/bnb/chain.ts";

export const bnbBeaconChain: Chain = bnbChain({
  ticker: "BNB",
  name: "BNB Beacon Chain",
  curve: "secp256k1",
  status: {
    kind: "sunset",
    date: "2024-12-03",
    source: "BNB Chain: final sunset of the BNB Beacon Chain (BNB Chain Fusion)",
  },
  broadcastPath: "/v3/bnb/broadcast",
  offChainWithdrawal: false,
  thirdParties: {
    BNB: {
      mainnet: "https://dex-european.binance.org",
      testnet: "https://testnet-dex-atlantic.binance.org",
    },
  },
});
