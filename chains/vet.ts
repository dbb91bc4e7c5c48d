/**
 * VeChainThor. Keys: BIP-44 with coin type 818, on the test network 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */
import type { Chain } from "./chain.ts";
import { vechainChain } from "./families/vechain/chain.ts";

export const vechain: Chain = vechainChain({
  ticker: "VET",
  name: "VeChain",
  curve: "secp256k1",
  status: { kind: "live" },
  otherWallets: {
    testnet: {
      wallets: "VeWorld and others of VeChain",
      path: "m/44'/818'/0'/0/0",
      source: "https://github.com/vechain/vechain-sdk-js/blob/main/packages/core/src/hdkey/HDKey.ts",
    },
  },
  derivationPath: {
    mainnet: "m/44'/818'/0'/0",
    testnet: "m/44'/1'/0'/0",
  },
  broadcastPath: "/v3/vet/broadcast",
  offChainWithdrawal: false,
  thirdParties: {
    VET: { mainnet: "https://sync-mainnet.vechain.org", testnet: "https://sync-testnet.vechain.org" },
  },
});
