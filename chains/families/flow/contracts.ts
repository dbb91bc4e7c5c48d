/**
 * The addresses of the contracts that transactions of the API use, by network.
 * https://github.com/onflow/flow-ft, https://github.com/onflow/flow-nft
 */

import type { Network } from "../../chain.ts";

export const CONTRACTS = {
  mainnet: {
    FlowToken: "0x1654653399040a61",
    FungibleToken: "0xf233dcee88fe0abe",
    FUSD: "0x3c5959b568896393",
    NonFungibleToken: "0x1d7e57aa55817448",
    TatumMultiNFT: "0x354e6721564ccd2c",
  },
  testnet: {
    FlowToken: "0x7e60df042a9c0868",
    FungibleToken: "0x9a0766d93b6608b7",
    FUSD: "0xe223d8a629e49c68",
    NonFungibleToken: "0x631e88ae7f1d7c20",
    TatumMultiNFT: "0x87fe4ebd0cddde06",
  },
} as const satisfies Readonly<Record<Network, Readonly<Record<string, string>>>>;

export type ContractName = keyof (typeof CONTRACTS)["mainnet"];
