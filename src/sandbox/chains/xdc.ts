/** XDC Network, once XinFin, in the sandbox. */
import { evmChain } from "./evm.ts";

export const xdcNetwork = evmChain("XDC", "xdc", { mainnet: 50, testnet: 51 });
