import type { Chain } from "./chain.ts";
import { describeTransaction } from "./families/stellar/describe.ts";
import { signTransaction } from "./families/stellar/sign-transaction.ts";
import { encodeStrkey } from "./families/stellar/strkey.ts";
import { parseEnvelope, sourceAccount } from "./families/stellar/transaction-envelope.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./families/stellar/wallet.ts";
import { readEd25519PublicKey } from "./keys/public-key.ts";

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
