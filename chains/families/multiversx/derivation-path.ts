import type { Network } from "../../chain.ts";

/** Coin type 508 (SLIP-44) on mainnet; on test networks 1, unlike other wallets, which have 508 everywhere. */
const COIN_TYPES: Readonly<Record<Network, number>> = { mainnet: 508, testnet: 1 };

/** The SLIP-0010 path of the account at an index. */
export function accountPath(network: Network, index: number): string {
  return `m/44'/${COIN_TYPES[network]}'/0'/0'/${index}'`;
}
