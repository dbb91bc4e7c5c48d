/** Ethereum, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [undefined, METAMASK],
  networks: [
    { chainId: 1n, codeBytes: 49_152, dataGas: 61_000n, mostGas: 16_777_216n },
    { chainId: 11155111n, codeBytes: 131_072, dataGas: 85_000n },
    { chainId: 17000n, codeBytes: 49_152, dataGas: 61_000n, mostGas: 16_777_216n },
  ],
});
