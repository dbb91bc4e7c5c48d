/** Algorand, as the tests of all chains have to know it. */
import { IntDecoding, msgpackRawDecode } from "algosdk";
import { readSecret } from "../../../chains/families/algorand/private-key.ts";
import { payment } from "../families/algorand/transaction-object.ts";
import { LIFETIME, numberMember, type TestedChain } from "../tested-chain.ts";

export const tested: TestedChain = {
  hiddenFields: {
    fv: LIFETIME,
    lv: LIFETIME,
    lx: "keeps others with the same lease out while it lives",
    gen: "the name of the network, whose genesis hash is checked",
    grp: "which transactions it lands together with, or not at all; each of them is signed by itself",
  },
  signedFields(payload) {
    const bytes = Buffer.from(payload, "hex");
    return (msgpackRawDecode(bytes, { intDecoding: IntDecoding.BIGINT }) as { txn: Record<string, unknown> })
      .txn;
  },
  numbers: [
    numberMember("amount", (amount) => payment({ amount })),
    numberMember("fee", (fee) => payment({ fee })),
  ],
  tokenCurve: "ed25519",
  ed25519: { shown: (payload) => payload.toLowerCase(), idDepends: false, seed: readSecret },
};
