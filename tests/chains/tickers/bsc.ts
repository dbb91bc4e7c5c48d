/** BNB Smart Chain, as the tests of all chains have to know it. */
import { evmTested, METAMASK } from "../families/evm/tested-chain.ts";

export const tested = evmTested({
  otherWallets: [undefined, METAMASK],
  gasPrice: 10n,
  networks: [
    { chainId: 56n, codeBytes: 49_152, dataGas: 61_000n, mostGas: 16_777_216n },
    { chainId: 97n, codeBytes: 49_152, dataGas: 61_000n, mostGas: 16_777_216n },
  ],
});
