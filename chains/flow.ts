import type { Chain, Network } from "./chain.ts";
import { describeTransaction } from "./families/flow/describe.ts";
import { privateKeyBytes, privateKeyText } from "./families/flow/private-key.ts";
import { publicKeyText } from "./families/flow/public-key.ts";
import { signTransaction } from "./families/flow/sign-transaction.ts";
import { isExpired, submit } from "./families/flow/submission.ts";
import { xpubWallet } from "./keys/xpub-wallet.ts";

/** Coin type 539 (SLIP-44) on both networks. */
const derivationPath: Readonly<Record<Network, string>> = {
  mainnet: "m/44'/539'/0'/0",
  testnet: "m/44'/539'/0'/0",
};

/** Flow submits its transactions itself and tells the Tatum API their ids. */
export const flow: Chain = {
  facts: {
    ticker: "FLOW",
    name: "Flow",
    curve: "secp256k1",
    status: { kind: "live" },
    derivationPath,
    broadcastPath: "/v3/flow/broadcast",
    offChainWithdrawal: false,
    thirdParties: {
      FLOW: { mainnet: "https://rest-mainnet.onflow.org", testnet: "https://rest-testnet.onflow.org" },
    },
  },
  ...xpubWallet({
    path: derivationPath,
    firstField: "mnemonic",
    address: publicKeyText,
    privateKeyBytes,
    privateKeyText,
  }),
  // The sequence number is that of the proposer, who is not the user.
  sendingAccount: async () => undefined,
  describe: describeTransaction,
  sign: signTransaction,
  submit,
  isExpired,
};
