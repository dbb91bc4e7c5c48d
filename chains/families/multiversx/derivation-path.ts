/**
 * The derivation paths of MultiversX accounts (SLIP-0010, coin types of SLIP-0044).
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import type { Network } from "../../chain.ts";

/** 508 on mainnet; on test networks 1, unlike other wallets, which have 508 everywhere. */
const COIN_TYPES: Readonly<Record<Network, number>> = { mainnet: 508, testnet: 1 };

/** The path of the account at an index. */
export function accountPath(network: Network, index: number): string {
  return `m/44'/${COIN_TYPES[network]}'/0'/0'/${index}'`;
}
