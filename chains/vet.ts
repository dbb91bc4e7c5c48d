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
  // Coin type 818 (SLIP-44); on the test network 1.
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
