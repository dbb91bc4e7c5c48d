/** Bitcoin in the sandbox: a SegWit payment. */
import { bitcoinLikeChain, bitcoinPayment } from "./bitcoin-like.ts";

export const bitcoin = bitcoinLikeChain("BTC", "bitcoin", {
  segwit: (wallet) => bitcoinPayment("BTC", "wpkh", wallet),
});
