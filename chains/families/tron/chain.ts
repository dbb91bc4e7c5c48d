/**
 * TRON.
 * https://github.com/tronprotocol/protocol
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { Chain, ChainFacts } from "../../chain.ts";
import { describeTransaction } from "./describe.ts";
import { parsePayload } from "./payload.ts";
import { signTransaction } from "./sign.ts";
import { proveLapsed } from "./submit.ts";
import { derivationPath, tronWallet } from "./wallet.ts";

export function tronChain(facts: ChainFacts): Chain {
  return {
    facts: { ...facts, derivationPath },
    ...tronWallet,
    fixedTransactionId: (transaction) => bytesToHex(parsePayload(transaction).transactionId),
    // Transactions name a recent block instead of a sequence number.
    sendingAccount: async () => undefined,
    describe: (transaction) => describeTransaction(transaction, facts.ticker),
    sign: signTransaction,
    proveLapsed,
  };
}
