import type { Chain } from "./chain.ts";
import { readEd25519PublicKey } from "./public-key.ts";
import { describeTransaction } from "./solana/describe.ts";
import { addressOfPublicKey } from "./solana/secret-key.ts";
import { signTransaction } from "./solana/sign-transaction.ts";
import { isExpired, submit } from "./solana/submission.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./solana/wallet.ts";

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
