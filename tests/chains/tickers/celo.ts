/** Celo, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [METAMASK, METAMASK],
  gas: 160_000n,
  networks: [
    { chainId: 42220n, codeBytes: 49_152, dataGas: 61_000n },
    { chainId: 11142220n, codeBytes: 49_152, dataGas: 61_000n },
    { chainId: 44787n, codeBytes: 49_152, dataGas: 61_000n },
  ],
});
