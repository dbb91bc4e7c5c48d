/**
 * The genesis of Algorand's networks, which ties transactions to one of them.
 * https://github.com/algorandfoundation/specs/blob/master/src/ledger/ledger-genesis.md
 */

import type { Network } from "../../chain.ts";

/** Genesis ID and genesis hash (32 bytes, base64) of the networks that the Tatum API serves. */
export const GENESIS: Readonly<Record<Network, { readonly id: string; readonly hash: string }>> = {
  mainnet: { id: "mainnet-v1.0", hash: "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=" },
  testnet: { id: "testnet-v1.0", hash: "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=" },
};
