/** Kaia, once Klaytn, in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const kaia = evmSandboxChain("KLAY", "klaytn", { mainnet: 8217, testnet: 1001 });
