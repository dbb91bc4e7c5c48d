import { bnbSmartChain } from "../../../../chains/bsc.ts";
import { celo } from "../../../../chains/celo.ts";
import { ethereum } from "../../../../chains/eth.ts";
import type { EvmChain } from "../../../../chains/families/evm/chain.ts";
import { kuCoinCommunityChain } from "../../../../chains/kcs.ts";
import { kaia } from "../../../../chains/klay.ts";
import { polygon } from "../../../../chains/matic.ts";
import { harmony } from "../../../../chains/one.ts";
import { xdcNetwork } from "../../../../chains/xdc.ts";

/** Every chain of the EVM family. */
export const evmChains: readonly EvmChain[] = [
  ethereum,
  bnbSmartChain,
  polygon,
  celo,
  kaia,
  kuCoinCommunityChain,
  harmony,
  xdcNetwork,
];
