/** Harmony, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [METAMASK, METAMASK],
  networks: [
    { chainId: 1666600000n, dataGas: 37_000n },
    { chainId: 1666700000n, dataGas: 37_000n },
  ],
});
