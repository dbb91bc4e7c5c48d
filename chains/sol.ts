import type { Chain } from "./chain.ts";
import { solanaChain } from "./families/solana/chain.ts";

export const solana: Chain = solanaChain({
  ticker: "SOL",
  name: "Solana",
  curve: "ed25519",
  status: { kind: "live" },
  broadcastPath: "/v3/solana/broadcast",
  offChainWithdrawal: false,
});
