/** Polygon, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [METAMASK, METAMASK],
  gasPrice: 60n,
  networks: [
    { chainId: 137n, codeBytes: 49_152, dataGas: 61_000n, mostGas: 33_554_432n },
    { chainId: 80002n, codeBytes: 49_152, dataGas: 61_000n, mostGas: 33_554_432n },
  ],
});
