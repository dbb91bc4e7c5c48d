/** Litecoin in the sandbox: a legacy payment. */
import { bitcoinLikeCoin } from "./bitcoin-like.ts";

export const litecoin = bitcoinLikeCoin(
  {
    ticker: "LTC",
    pathName: "litecoin",
    addresses: {
      mainnet: { bech32: "ltc", pubKeyHash: 0x30, scriptHash: 0x32, wif: 0xb0 },
      testnet: { bech32: "tltc", pubKeyHash: 0x6f, scriptHash: 0x3a, wif: 0xef },
    },
  },
  "legacy",
  "pkh",
);
