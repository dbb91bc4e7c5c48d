import type { Chain } from "./chain.ts";
import { firstAccountKey } from "./families/account-key.ts";
import { accountId, addressOfPublicKey } from "./families/bnb/address.ts";
import { describeTransaction } from "./families/bnb/describe.ts";
import { signTransaction } from "./families/bnb/sign-transaction.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
} from "./families/bnb/wallet.ts";
import { readCompressedPublicKey } from "./keys/public-key.ts";

/** The BNB Beacon Chain. It is closed, but its owners still need their addresses, keys and signatures for claims. */
export const bnbBeaconChain: Chain = {
  facts: {
    ticker: "BNB",
    name: "BNB Beacon Chain",
    curve: "secp256k1",
    status: {
      kind: "sunset",
      date: "2024-12-03",
      source: "BNB Chain: final sunset of the BNB Beacon Chain (BNB Chain Fusion)",
    },
    broadcastPath: "/v3/bnb/broadcast",
    offChainWithdrawal: false,
    thirdParties: {
      BNB: {
        mainnet: "https://dex-european.binance.org",
        testnet: "https://testnet-dex-atlantic.binance.org",
      },
    },
  },
  generateWallet,
  restoreWallet,
  deriveAddress,
  derivePrivateKey,
  parsePrivateKey,
  addressOfPublicKey: (publicKey, network) => addressOfPublicKey(readCompressedPublicKey(publicKey), network),
  sendingAccount: async (request) => accountId((await firstAccountKey(request)).publicKey),
  describe: describeTransaction,
  sign: signTransaction,
};
