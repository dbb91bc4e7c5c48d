/** Litecoin in the sandbox: a legacy payment. */
import { bitcoinLikeChain, bitcoinPayment } from "./bitcoin-like.ts";

export const litecoin = bitcoinLikeChain("LTC", "litecoin", {
  legacy: (wallet) => bitcoinPayment("LTC", "pkh", wallet),
});
