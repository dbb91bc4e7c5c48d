/** Harmony in the sandbox. */
import { evmChain } from "./evm.ts";

export const harmony = evmChain("ONE", "one", { mainnet: 1666600000, testnet: 1666700000 });
