import type { Chain, ChainFacts } from "./chain.ts";
import { describeTransaction } from "./tron-protocol/describe.ts";
import { signTransaction } from "./tron-protocol/sign-transaction.ts";
import { derivationPath, tronWallet } from "./tron-protocol/wallet.ts";

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
