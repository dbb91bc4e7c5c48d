/** Kaia, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [METAMASK, METAMASK],
  networks: [
    { chainId: 8217n, codeBytes: 49_152, dataGas: 61_000n },
    { chainId: 1001n, codeBytes: 49_152, dataGas: 61_000n },
  ],
});
