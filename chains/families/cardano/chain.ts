/**
 * Cardano: transactions are built by the Tatum API's node and checked here before they are signed.
 * https://github.com/cardano-foundation/CIPs
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { readEd25519PublicKey } from "../../keys/public-key.ts";
import { enterpriseAddress } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { isUnspent, proveExpired } from "./node.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { signTransaction } from "./sign.ts";
import { ACCOUNT_PATH, deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export function cardanoChain(facts: ChainFacts): Chain {
  return {
    facts: { ...facts, derivationPath: { mainnet: ACCOUNT_PATH, testnet: ACCOUNT_PATH } },
    generateWallet,
    restoreWallet,
    deriveAddress,
    derivePrivateKey,
    parsePrivateKey,
    // A token's plain Ed25519 key is one payment key, like those of cardano-cli.
    addressOfPublicKey: (publicKey, network) => enterpriseAddress(readEd25519PublicKey(publicKey), network),
    spending: (transaction, network) => ({
      outputs: parsePayload(transaction, network).inputs.map(({ coin }) => coin),
    }),
    async isSpent(transaction, environment) {
      const [input] = parsePayload(transaction, environment.network).inputs;
      return input !== undefined && !(await isUnspent(input, environment));
    },
    sendingAccount: async () => undefined,
    describe: describeTransaction,
    sign: signTransaction,
    proveExpired,
  };
}
