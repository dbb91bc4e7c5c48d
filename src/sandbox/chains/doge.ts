import { bitcoinLikeChain, bitcoinPayment } from "./bitcoin-like.ts";

export const dogecoin = bitcoinLikeChain("DOGE", "dogecoin", {
  legacy: (wallet) => bitcoinPayment("DOGE", "pkh", wallet),
});
