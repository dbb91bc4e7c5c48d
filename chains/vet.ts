import type { Chain, Network } from "./chain.ts";
import { addressOfPublicKey } from "./families/evm/address.ts";
import { privateKeyBytes, privateKeyText } from "./families/evm/private-key.ts";
import { describeTransaction } from "./families/vechain/describe.ts";
import { isExpired } from "./families/vechain/expiration.ts";
import { signTransaction } from "./families/vechain/sign-transaction.ts";
import { xpubWallet } from "./keys/xpub-wallet.ts";

/** Coin type 818 (SLIP-44); on the test network 1. */
const derivationPath: Readonly<Record<Network, string>> = {
  mainnet: "m/44'/818'/0'/0",
  testnet: "m/44'/1'/0'/0",
};

export const vechain: Chain = {
  facts: {
    ticker: "VET",
    name: "VeChain",
    curve: "secp256k1",
    status: { kind: "live" },
    derivationPath,
    broadcastPath: "/v3/vet/broadcast",
    offChainWithdrawal: false,
    thirdParties: {
      VET: { mainnet: "https://sync-mainnet.vechain.org", testnet: "https://sync-testnet.vechain.org" },
    },
  },
  ...xpubWallet({
    path: derivationPath,
    firstField: "xpub",
    address: addressOfPublicKey,
    privateKeyBytes,
    privateKeyText,
  }),
  // Nonces are random: transactions of one account need no order.
  sendingAccount: async () => undefined,
  describe: describeTransaction,
  sign: signTransaction,
  isExpired,
};
