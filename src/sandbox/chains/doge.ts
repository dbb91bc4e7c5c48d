/** Dogecoin in the sandbox: a legacy payment. */
import { bitcoinLikeChain, bitcoinPayment } from "./bitcoin-like.ts";

export const dogecoin = bitcoinLikeChain("DOGE", "dogecoin", {
  legacy: (wallet) => bitcoinPayment("DOGE", "pkh", wallet),
});
