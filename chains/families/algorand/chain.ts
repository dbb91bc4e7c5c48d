/**
 * Algorand.
 * https://github.com/algorandfoundation/specs
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { readEd25519PublicKey } from "../../keys/public-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { describeSigner, signTransaction, transactionId } from "./sign.ts";
import { proveLapsed } from "./submit.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function algorandChain(facts: ChainFacts): Chain {
  return {
    facts,
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    addressOfPublicKey: (publicKey) => addressOfPublicKey(readEd25519PublicKey(publicKey)),
    fixedTransactionId: (transaction, network) => transactionId(parsePayload(transaction, network)),
    // Transactions name the rounds they are valid in instead of a sequence number.
    sendingAccount: async () => undefined,
    describe: (transaction, network) => describeTransaction(transaction, network, facts.ticker),
    describeSigner,
    sign: signTransaction,
    proveLapsed,
  };
}
