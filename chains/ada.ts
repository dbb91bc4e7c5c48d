import type { Chain } from "./chain.ts";
import { cardanoChain } from "./families/cardano/chain.ts";

export const cardano: Chain = cardanoChain({
  ticker: "ADA",
  name: "Cardano",
  curve: "ed25519-bip32",
  status: { kind: "live" },
  broadcastPath: "/v3/ada/broadcast",
  offChainWithdrawal: true,
});
