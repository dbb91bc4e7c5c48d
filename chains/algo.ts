/** Algorand. Accounts of one key each, without derivation: https://dev.algorand.co/concepts/accounts/overview/ */
import type { Chain } from "./chain.ts";
import { algorandChain } from "./families/algorand/chain.ts";

export const algorand: Chain = algorandChain({
  ticker: "ALGO",
  name: "Algorand",
  curve: "ed25519",
  status: { kind: "live" },
  broadcastPath: "/v3/algorand/broadcast",
  offChainWithdrawal: false,
});
