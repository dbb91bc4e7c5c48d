/** Ethereum in the sandbox. */
import { evmChain } from "./evm.ts";

export const ethereum = evmChain(
  "ETH",
  "ethereum",
  { mainnet: 1, testnet: 11155111 },
  { gasPrice: "20000000000" },
);
