/** Harmony in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const harmony = evmSandboxChain("ONE", "one", { mainnet: 1666600000, testnet: 1666700000 });
