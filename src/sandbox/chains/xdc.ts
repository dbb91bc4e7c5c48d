/** XDC Network, once XinFin, in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const xdcNetwork = evmSandboxChain("XDC", "xdc", { mainnet: 50, testnet: 51 });
