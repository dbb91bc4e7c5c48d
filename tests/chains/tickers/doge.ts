/** Dogecoin, as the tests of all chains have to know it. */
import { utxoTested } from "../families/utxo/tested-chain.ts";

export const tested = utxoTested({
  wif: { mainnet: 0x9e, testnet: 0xf1 },
});
