import type { Chain } from "./chain.ts";
import { addressOfPublicKey } from "./families/multiversx/address.ts";
import { describeTransaction } from "./families/multiversx/describe.ts";
import { sendingAccount, signTransaction } from "./families/multiversx/sign-transaction.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./families/multiversx/wallet.ts";
import { readEd25519PublicKey } from "./keys/public-key.ts";

export const multiversx: Chain = {
  facts: {
    ticker: "EGLD",
    name: "MultiversX",
    curve: "ed25519",
    status: { kind: "live" },
    broadcastPath: "/v3/egld/broadcast",
    offChainWithdrawal: false,
  },
  generateWallet,
  restoreWallet,
  deriveAddress,
  derivePrivateKey,
  parsePrivateKey,
  addressOfPublicKey: (publicKey) => addressOfPublicKey(readEd25519PublicKey(publicKey)),
  sendingAccount,
  describe: describeTransaction,
  sign: signTransaction,
};
