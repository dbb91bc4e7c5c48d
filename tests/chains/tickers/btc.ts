/** Bitcoin, as the tests of all chains have to know it. */
import { utxoTested } from "../families/utxo/tested-chain.ts";

export const tested = utxoTested({
  otherWallets: ["m/84'/0'/0'/0/0", "m/84'/1'/0'/0/0"],
  wif: { mainnet: 0x80, testnet: 0xef },
});
