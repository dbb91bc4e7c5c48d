import type { Chain } from "./chain.ts";
import { readEd25519PublicKey } from "./public-key.ts";
import { describeTransaction } from "./stellar/describe.ts";
import { signTransaction } from "./stellar/sign-transaction.ts";
import { encodeStrkey } from "./stellar/strkey.ts";
import { parseEnvelope, sourceAccount } from "./stellar/transaction-envelope.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./stellar/wallet.ts";

export const stellar: Chain = {
  facts: {
    ticker: "XLM",
    name: "Stellar",
    curve: "ed25519",
    status: { kind: "live" },
    broadcastPath: "/v3/xlm/broadcast",
    offChainWithdrawal: false,
  },
  generateWallet,
  restoreWallet,
  deriveAddress,
  derivePrivateKey,
  parsePrivateKey,
  addressOfPublicKey: (publicKey) => encodeStrkey("account ID", readEd25519PublicKey(publicKey)),
  sendingAccount: async ({ transaction }) =>
    encodeStrkey("account ID", sourceAccount(parseEnvelope(transaction))),
  describe: describeTransaction,
  sign: signTransaction,
};
