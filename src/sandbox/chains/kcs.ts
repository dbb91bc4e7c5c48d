/** KuCoin Community Chain (KCC) in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const kuCoinCommunityChain = evmSandboxChain("KCS", "kcs", { mainnet: 321, testnet: 322 });
