/** Flow, as the tests of all chains have to know it. */
import { type SubmittedTransaction, transactionId } from "../families/flow/flow-vectors.ts";
import {
  LIFETIME,
  type NumberMember,
  numberMember,
  type Secp256k1Format,
  type TestedChain,
  withoutMembers,
} from "../tested-chain.ts";

const ACCOUNT = "0x1654653399040a61";

/** The signature of the payer covers that of the authorizer, so it differs as well. */
const secp256k1: Secp256k1Format = {
  parts(payload) {
    const submitted = JSON.parse(payload) as SubmittedTransaction;
    const isOwn = ({ address }: { readonly address: string }) => address === submitted.authorizers[0];
    const own = submitted.payload_signatures.filter(isOwn);
    return {
      structure: {
        ...submitted,
        payload_signatures: submitted.payload_signatures.map((entry) =>
          isOwn(entry) ? { ...entry, signature: "" } : entry,
        ),
        envelope_signatures: submitted.envelope_signatures.map((entry) => ({ ...entry, signature: "" })),
      },
      signatures: own.map(({ signature }) => ({
        compact: Uint8Array.from(Buffer.from(signature, "base64")),
      })),
    };
  },
  transactionId: (payload) => transactionId(JSON.parse(payload) as SubmittedTransaction),
  takesHighS: true,
};

const amount: NumberMember = {
  ...numberMember("amount", (mark) => ({
    type: 2,
    body: { account: ACCOUNT, to: ACCOUNT, amount: mark, currency: "FLOW" },
  })),
  decimals: 8,
};

export const tested: TestedChain = {
  alsoNamed: ["body.transaction"],
  hiddenFields: {
    reference_block_id: LIFETIME,
    gas_limit: "the most that the payer's computation may take",
    payer: "an account of the Tatum API, which pays and signs for itself",
    proposal_key: "an account of the Tatum API, whose sequence number is used up",
  },
  signedFields: withoutMembers(
    ["payload_signatures", "envelope_signatures"],
    (payload) => JSON.parse(payload) as Record<string, unknown>,
  ),
  numbers: [amount],
  tokenCurve: "secp256k1",
  secp256k1,
};
