/**
 * TRON. Keys: BIP-44 with coin type 195, on all networks.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */
import type { Chain } from "./chain.ts";
import { tronChain } from "./families/tron/chain.ts";

export const tron: Chain = tronChain({
  ticker: "TRON",
  name: "TRON",
  curve: "secp256k1",
  status: { kind: "live" },
  broadcastPath: "/v3/tron/broadcast",
  offChainWithdrawal: false,
});
