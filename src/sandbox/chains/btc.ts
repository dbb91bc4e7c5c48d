/** Bitcoin in the sandbox: a SegWit payment. */
import { bitcoinLikeCoin } from "./bitcoin-like.ts";

export const bitcoin = bitcoinLikeCoin(
  {
    ticker: "BTC",
    pathName: "bitcoin",
    addresses: {
      mainnet: { bech32: "bc", pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80 },
      testnet: { bech32: "tb", pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef },
    },
  },
  "segwit",
  "wpkh",
);
