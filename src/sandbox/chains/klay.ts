/** Kaia, once Klaytn, in the sandbox. */
import { evmChain } from "./evm.ts";

export const kaia = evmChain("KLAY", "klaytn", { mainnet: 8217, testnet: 1001 });
