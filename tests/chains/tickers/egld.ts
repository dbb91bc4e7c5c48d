/** MultiversX, as the tests of all chains have to know it. */
import { seedOfPrivateKey } from "../../../chains/families/multiversx/private-key.ts";
import { FEE_PART, numberMember, ORDER, type TestedChain, withoutMembers } from "../tested-chain.ts";

const RECIPIENT = "erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th";

export const tested: TestedChain = {
  hiddenFields: {
    nonce: ORDER,
    gasPrice: FEE_PART,
    gasLimit: FEE_PART,
    version: "the form of the same transaction",
    options: "whether the text or its hash is signed; a guardian is refused",
    chainID: "which of the test networks; that of the main network is checked",
  },
  signedFields: withoutMembers(["signature"], (payload) => JSON.parse(payload) as Record<string, unknown>),
  numbers: [{ ...numberMember("value", (value) => ({ to: RECIPIENT, value })), decimals: 18 }],
  otherWallets: [undefined, "m/44'/508'/0'/0'/0'"],
  tokenCurve: "ed25519",
  ed25519: { shown: (payload) => payload.toLowerCase(), idDepends: true, seed: seedOfPrivateKey },
};
