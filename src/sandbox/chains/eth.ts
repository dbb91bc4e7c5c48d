/** Ethereum in the sandbox. */
import { evmSandboxChain } from "./evm.ts";

export const ethereum = evmSandboxChain(
  "ETH",
  "ethereum",
  { mainnet: 1, testnet: 11155111 },
  { gasPrice: "20000000000" },
);
