import type { Chain } from "./chain.ts";
import { stellarChain } from "./families/stellar/chain.ts";

export const stellar: Chain = stellarChain({
  ticker: "XLM",
  name: "Stellar",
  curve: "ed25519",
  status: { kind: "live" },
  broadcastPath: "/v3/xlm/broadcast",
  offChainWithdrawal: false,
});
