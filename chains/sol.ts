import type { Chain } from "./chain.ts";
import { describeTransaction } from "./families/solana/describe.ts";
import { addressOfPublicKey } from "./families/solana/secret-key.ts";
import { signTransaction } from "./families/solana/sign-transaction.ts";
import { isExpired, submit } from "./families/solana/submission.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./families/solana/wallet.ts";
import { readEd25519PublicKey } from "./keys/public-key.ts";

/** Solana submits its transactions itself and tells the Tatum API their ids. */
export const solana: Chain = {
  facts: {
    ticker: "SOL",
    name: "Solana",
    curve: "ed25519",
    status: { kind: "live" },
    broadcastPath: "/v3/solana/broadcast",
    offChainWithdrawal: false,
  },
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
  isExpired,
};
