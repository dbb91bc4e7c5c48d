import type { Chain, ChainFacts } from "./chain.ts";
import { describeTransaction } from "./families/tron/describe.ts";
import { signTransaction } from "./families/tron/sign-transaction.ts";
import { derivationPath, tronWallet } from "./families/tron/wallet.ts";

const facts: ChainFacts = {
  ticker: "TRON",
  name: "TRON",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath,
  broadcastPath: "/v3/tron/broadcast",
  offChainWithdrawal: false,
};

export const tron: Chain = {
  facts,
  ...tronWallet,
  // Transactions name a recent block instead of a sequence number.
  sendingAccount: async () => undefined,
  describe: (transaction) => describeTransaction(transaction, facts.ticker),
  sign: signTransaction,
};
