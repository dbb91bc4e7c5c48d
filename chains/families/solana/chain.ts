/**
 * Solana: it submits its transactions itself and tells the Tatum API their ids.
 * https://solana.com/docs/core/transactions
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { readEd25519PublicKey } from "../../keys/public-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { parsePrivateKey } from "./private-key.ts";
import { signTransaction } from "./sign.ts";
import { locate, proveExpired, submit } from "./submit.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function solanaChain(facts: ChainFacts): Chain {
  return {
    facts,
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    addressOfPublicKey: (publicKey) => addressOfPublicKey(readEd25519PublicKey(publicKey)),
    sendingAccount: async () => undefined,
    describe: describeTransaction,
    sign: signTransaction,
    submit,
    locate,
    proveExpired,
  };
}
