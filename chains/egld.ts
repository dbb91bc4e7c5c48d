/**
 * MultiversX. Keys: SLIP-10 with coin type 508, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 */
import type { Chain } from "./chain.ts";
import { multiversxChain } from "./families/multiversx/chain.ts";

export const multiversx: Chain = multiversxChain({
  ticker: "EGLD",
  name: "MultiversX",
  curve: "ed25519",
  status: { kind: "live" },
  firstAddressPath: { mainnet: "m/44'/508'/0'/0'/0'", testnet: "m/44'/1'/0'/0'/0'" },
  otherWallets: {
    testnet: {
      wallets: "the wallets of MultiversX",
      path: "m/44'/508'/0'/0'/0'",
      source: "https://github.com/multiversx/mx-sdk-js-core/blob/main/src/wallet/mnemonic.ts",
    },
  },
  broadcastPath: "/v3/egld/broadcast",
  offChainWithdrawal: false,
});
