/** KuCoin Community Chain, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [undefined, METAMASK],
  gasPrice: 1n,
  networks: [
    { chainId: 321n, dataGas: 37_000n },
    { chainId: 322n, dataGas: 37_000n },
  ],
});
