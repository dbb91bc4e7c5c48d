/**
 * Solana. Keys: SLIP-10 with coin type 501, on all networks.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 */
import type { Chain, OtherWallets } from "./chain.ts";
import { solanaChain } from "./families/solana/chain.ts";

const FIRST_ADDRESS = "m/44'/501'/0'/0'/0'";
const PHANTOM: OtherWallets = {
  wallets: "Phantom, Solflare and Trezor",
  path: "m/44'/501'/0'/0'",
  source: "https://solana.com/developers/cookbook/wallets/restore-from-mnemonic",
};

export const solana: Chain = solanaChain({
  ticker: "SOL",
  name: "Solana",
  curve: "ed25519",
  status: { kind: "live" },
  firstAddressPath: { mainnet: FIRST_ADDRESS, testnet: FIRST_ADDRESS },
  otherWallets: { mainnet: PHANTOM, testnet: PHANTOM },
  broadcastPath: "/v3/solana/broadcast",
  offChainWithdrawal: false,
});
