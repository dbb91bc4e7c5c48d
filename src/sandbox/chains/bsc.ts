/** BNB Smart Chain in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const bnbSmartChain = evmSandboxChain("BSC", "bsc", { mainnet: 56, testnet: 97 });
