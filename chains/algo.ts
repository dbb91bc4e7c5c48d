import type { Chain, ChainFacts } from "./chain.ts";
import { addressOfPublicKey } from "./families/algorand/address.ts";
import { describeTransaction } from "./families/algorand/describe.ts";
import { signTransaction } from "./families/algorand/sign-transaction.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./families/algorand/wallet.ts";
import { readEd25519PublicKey } from "./keys/public-key.ts";

const facts: ChainFacts = {
  ticker: "ALGO",
  name: "Algorand",
  curve: "ed25519",
  status: { kind: "live" },
  broadcastPath: "/v3/algorand/broadcast",
  offChainWithdrawal: false,
};

export const algorand: Chain = {
  facts,
  generateWallet,
  restoreWallet,
  deriveAddress,
  derivePrivateKey,
  parsePrivateKey,
  addressOfPublicKey: (publicKey) => addressOfPublicKey(readEd25519PublicKey(publicKey)),
  // Transactions name the rounds they are valid in instead of a sequence number.
  sendingAccount: async () => undefined,
  describe: (transaction, network) => describeTransaction(transaction, network, facts.ticker),
  sign: signTransaction,
};
