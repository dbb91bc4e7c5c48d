/** XDC Network, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [METAMASK, METAMASK],
  networks: [
    { chainId: 50n, codeBytes: 49_152, dataGas: 37_000n },
    { chainId: 51n, codeBytes: 49_152, dataGas: 37_000n },
  ],
});
