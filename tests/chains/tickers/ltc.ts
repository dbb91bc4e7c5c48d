/** Litecoin, as the tests of all chains have to know it. */
import { utxoTested } from "../families/utxo/tested-chain.ts";

export const tested = utxoTested({
  otherWallets: ["m/84'/2'/0'/0/0", "m/84'/1'/0'/0/0"],
  wif: { mainnet: 0xb0, testnet: 0xef },
});
