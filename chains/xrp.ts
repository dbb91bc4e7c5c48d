import type { Chain } from "./chain.ts";
import { addressOfPublicKey, keyOfEitherCurve, ledgerPublicKey } from "./families/xrp/address.ts";
import { describeTransaction } from "./families/xrp/describe.ts";
import { parsePrivateKey } from "./families/xrp/private-key.ts";
import { signTransaction } from "./families/xrp/sign-transaction.ts";
import { parsePayload } from "./families/xrp/transaction-payload.ts";
import {
  DERIVATION_PATH,
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  restoreWallet,
} from "./families/xrp/wallet.ts";

export const xrpLedger: Chain = {
  facts: {
    ticker: "XRP",
    name: "XRP Ledger",
    // Of the wallets generated here; the seeds and mnemonics of others may be keys on secp256k1.
    curve: "ed25519",
    status: { kind: "live" },
    derivationPath: { mainnet: DERIVATION_PATH, testnet: DERIVATION_PATH },
    broadcastPath: "/v3/xrp/broadcast",
    offChainWithdrawal: false,
  },
  generateWallet,
  restoreWallet,
  deriveAddress,
  derivePrivateKey,
  parsePrivateKey,
  addressOfPublicKey: (publicKey) => addressOfPublicKey(ledgerPublicKey(keyOfEitherCurve(publicKey))),
  // Transactions with tickets may land in any order.
  sendingAccount: async ({ transaction }) => {
    const { sequence, account } = parsePayload(transaction);
    return sequence === 0 ? undefined : account;
  },
  describe: describeTransaction,
  sign: signTransaction,
};
