/**
 * VeChainThor.
 * https://docs.vechain.org/thor/learn/transaction-model
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { xpubWallet } from "../../keys/xpub-wallet.ts";
import { addressOfPublicKey } from "../evm/address.ts";
import { privateKeyBytes, privateKeyText } from "../evm/private-key.ts";
import { describeTransaction } from "./describe.ts";
import { signTransaction } from "./sign.ts";
import { locate, proveExpired } from "./submit.ts";

export function vechainChain(facts: ChainFacts & Required<Pick<ChainFacts, "derivationPath">>): Chain {
  return {
    facts,
    ...xpubWallet({
      path: facts.derivationPath,
      firstField: "xpub",
      address: addressOfPublicKey,
      privateKeyBytes,
      privateKeyText,
    }),
    // Nonces are random: transactions of one account need no order.
    sendingAccount: async () => undefined,
    describe: describeTransaction,
    sign: signTransaction,
    locate,
    proveExpired,
  };
}
