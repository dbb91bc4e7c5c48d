/**
 * Flow. Keys: BIP-44 with coin type 539, on both networks.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */
import type { Chain } from "./chain.ts";
import { flowChain } from "./families/flow/chain.ts";

export const flow: Chain = flowChain({
  ticker: "FLOW",
  name: "Flow",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: {
    mainnet: "m/44'/539'/0'/0",
    testnet: "m/44'/539'/0'/0",
  },
  broadcastPath: "/v3/flow/broadcast",
  offChainWithdrawal: false,
  thirdParties: {
    FLOW: { mainnet: "https://rest-mainnet.onflow.org", testnet: "https://rest-testnet.onflow.org" },
  },
});
