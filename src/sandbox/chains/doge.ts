/** Dogecoin in the sandbox: a legacy payment. */
import { bitcoinLikeCoin } from "./bitcoin-like.ts";

export const dogecoin = bitcoinLikeCoin(
  {
    ticker: "DOGE",
    pathName: "dogecoin",
    // Dogecoin has no bech32 addresses: the prefix stands for none.
    addresses: {
      mainnet: { bech32: "-", pubKeyHash: 0x1e, scriptHash: 0x16, wif: 0x9e },
      testnet: { bech32: "-", pubKeyHash: 0x71, scriptHash: 0xc4, wif: 0xf1 },
    },
  },
  "legacy",
  "pkh",
);
