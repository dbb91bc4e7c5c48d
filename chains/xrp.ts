/**
 * The XRP Ledger. Keys of mnemonics: BIP-44 with coin type 144, on all networks.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Keys of seeds: https://xrpl.org/docs/concepts/accounts/cryptographic-keys
 */
import type { Chain } from "./chain.ts";
import { xrpChain } from "./families/xrp/chain.ts";

export const xrpLedger: Chain = xrpChain({
  ticker: "XRP",
  name: "XRP Ledger",
  // Of the wallets generated here; the seeds and mnemonics of others may be keys on secp256k1.
  curve: "ed25519",
  status: { kind: "live" },
  broadcastPath: "/v3/xrp/broadcast",
  offChainWithdrawal: false,
});
