/** Stellar. Keys of mnemonics: SEP-5, https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0005.md */
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
