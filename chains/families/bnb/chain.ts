/**
 * The BNB Beacon Chain. It is closed, but its owners still need their addresses, keys and signatures for claims.
 * https://github.com/bnb-chain/BEPs/blob/master/BEPs/BEP333.md
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { readCompressedPublicKey } from "../../keys/public-key.ts";
import { firstAccountKey } from "../signer-key.ts";
import { accountId, addressOfPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { signTransaction } from "./sign.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function bnbChain(facts: ChainFacts): Chain {
  return {
    facts,
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    addressOfPublicKey: (publicKey, network) =>
      addressOfPublicKey(readCompressedPublicKey(publicKey), network),
    sendingAccount: async (request) => accountId((await firstAccountKey(request)).publicKey),
    spending: (transaction, network) => ({ number: parsePayload(transaction, network).sequence }),
    describe: describeTransaction,
    sign: signTransaction,
  };
}
