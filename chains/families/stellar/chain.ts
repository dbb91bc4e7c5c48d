/**
 * Stellar.
 * https://github.com/stellar/stellar-protocol
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { readEd25519PublicKey } from "../../keys/public-key.ts";
import { encodeStrkey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { countTransactions } from "./node.ts";
import { innerTransaction, parsePayload, sourceAccount } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { describeSigner, noOperation, signTransaction } from "./sign.ts";
import { proveLapsed, proveReplaced } from "./submit.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function stellarChain(facts: ChainFacts): Chain {
  return {
    facts,
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    addressOfPublicKey: (publicKey) => encodeStrkey("account ID", readEd25519PublicKey(publicKey)),
    spending: (transaction) => ({ number: innerTransaction(parsePayload(transaction)).seqNum }),
    sendingAccount: async ({ transaction }) =>
      encodeStrkey("account ID", sourceAccount(parsePayload(transaction))),
    describe: describeTransaction,
    describeSigner,
    sign: signTransaction,
    countTransactions,
    noOperation,
    proveLapsed,
    proveReplaced,
  };
}
