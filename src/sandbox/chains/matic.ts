/** Polygon PoS in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const polygon = evmSandboxChain("MATIC", "polygon", { mainnet: 137, testnet: 80002 });
