/** KuCoin Community Chain (KCC) in the sandbox. */
import { evmChain } from "./evm.ts";

export const kuCoinCommunityChain = evmChain("KCS", "kcs", { mainnet: 321, testnet: 322 });
