/** Cardano. Keys: https://cips.cardano.org/cip/CIP-1852, but with a hardened fourth level. */
import type { Chain, OtherWallets } from "./chain.ts";
import { cardanoChain } from "./families/cardano/chain.ts";

const CIP_1852: OtherWallets = {
  wallets: "Eternl, Lace, Yoroi and others after CIP-1852",
  path: "m/1852'/1815'/0'/0/0",
  source: "https://cips.cardano.org/cip/CIP-1852",
};

export const cardano: Chain = cardanoChain({
  ticker: "ADA",
  name: "Cardano",
  curve: "ed25519-bip32",
  status: { kind: "live" },
  otherWallets: { mainnet: CIP_1852, testnet: CIP_1852 },
  broadcastPath: "/v3/ada/broadcast",
  offChainWithdrawal: true,
});
