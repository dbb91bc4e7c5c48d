import type { Chain } from "./chain.ts";
import { enterpriseAddress } from "./families/cardano/address.ts";
import { describeTransaction } from "./families/cardano/describe.ts";
import { parsePrivateKey } from "./families/cardano/private-key.ts";
import { signTransaction } from "./families/cardano/sign-transaction.ts";
import {
  ACCOUNT_PATH,
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  restoreWallet,
} from "./families/cardano/wallet.ts";
import { readEd25519PublicKey } from "./keys/public-key.ts";

/** Cardano: transactions are built by the Tatum API's node and checked here before they are signed. */
export const cardano: Chain = {
  facts: {
    ticker: "ADA",
    name: "Cardano",
    curve: "ed25519-bip32",
    status: { kind: "live" },
    derivationPath: { mainnet: ACCOUNT_PATH, testnet: ACCOUNT_PATH },
    broadcastPath: "/v3/ada/broadcast",
    offChainWithdrawal: true,
  },
  generateWallet,
  restoreWallet,
  deriveAddress,
  derivePrivateKey,
  parsePrivateKey,
  // A token's plain Ed25519 key is one payment key, like those of cardano-cli.
  addressOfPublicKey: (publicKey, network) => enterpriseAddress(readEd25519PublicKey(publicKey), network),
  sendingAccount: async () => undefined,
  describe: describeTransaction,
  sign: signTransaction,
};
