import type { Chain } from "./chain.ts";
import { multiversxChain } from "./families/multiversx/chain.ts";

export const multiversx: Chain = multiversxChain({
  ticker: "EGLD",
  name: "MultiversX",
  curve: "ed25519",
  status: { kind: "live" },
  broadcastPath: "/v3/egld/broadcast",
  offChainWithdrawal: false,
});
