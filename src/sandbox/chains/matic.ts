/** Polygon PoS in the sandbox. */
import { evmChain } from "./evm.ts";

export const polygon = evmChain("MATIC", "polygon", { mainnet: 137, testnet: 80002 });
