/**
 * MultiversX.
 * https://docs.multiversx.com/
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { readEd25519PublicKey } from "../../keys/public-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { countTransactions, proveReplaced } from "./node.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { noOperation, sendingAccount, signTransaction } from "./sign.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function multiversxChain(facts: ChainFacts): Chain {
  return {
    facts,
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    addressOfPublicKey: (publicKey) => addressOfPublicKey(readEd25519PublicKey(publicKey)),
    sendingAccount,
    spending: (transaction) => ({ number: parsePayload(transaction).nonce }),
    describe: describeTransaction,
    sign: signTransaction,
    countTransactions,
    noOperation,
    proveReplaced,
  };
}
