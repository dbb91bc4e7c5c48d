/**
 * TRON.
 * https://github.com/tronprotocol/protocol
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { describeTransaction } from "./describe.ts";
import { signTransaction } from "./sign.ts";
import { derivationPath, tronWallet } from "./wallet.ts";

export function tronChain(facts: ChainFacts): Chain {
  return {
    facts: { ...facts, derivationPath },
    ...tronWallet,
    // Transactions name a recent block instead of a sequence number.
    spendsOnce: () => true,
    sendingAccount: async () => undefined,
    describe: (transaction) => describeTransaction(transaction, facts.ticker),
    sign: signTransaction,
  };
}
