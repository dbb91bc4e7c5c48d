/** BNB Smart Chain in the sandbox. */
import { evmChain } from "./evm.ts";

export const bnbSmartChain = evmChain("BSC", "bsc", { mainnet: 56, testnet: 97 });
