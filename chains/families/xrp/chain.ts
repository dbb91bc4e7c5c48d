/**
 * The XRP Ledger.
 * https://xrpl.org/docs/references/protocol/transactions
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { addressOfPublicKey, keyOfEitherCurve, ledgerPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { countTransactions } from "./node.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { describeSigner, noOperation, signTransaction } from "./sign.ts";
import { proveLapsed, proveReplaced } from "./submit.ts";
import { DERIVATION_PATH, deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function xrpChain(facts: ChainFacts): Chain {
  return {
    facts: { ...facts, derivationPath: { mainnet: DERIVATION_PATH, testnet: DERIVATION_PATH } },
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    addressOfPublicKey: (publicKey) => addressOfPublicKey(ledgerPublicKey(keyOfEitherCurve(publicKey))),
    // Transactions with tickets may land in any order.
    spending: (transaction) => {
      const { sequence } = parsePayload(transaction);
      return { number: sequence === 0 ? undefined : BigInt(sequence) };
    },
    sendingAccount: async ({ transaction }) => {
      const { sequence, account } = parsePayload(transaction);
      return sequence === 0 ? undefined : account;
    },
    describe: describeTransaction,
    describeSigner,
    sign: signTransaction,
    countTransactions,
    noOperation,
    proveLapsed,
    proveReplaced,
  };
}
