/** Stellar, as the tests of all chains have to know it. */
import { TransactionEnvelope } from "@stellar/stellar-sdk/xdr";
import { decodeStrkey } from "../../../chains/families/stellar/address.ts";
import { LIFETIME, ORDER, type TestedChain } from "../tested-chain.ts";

function signedFields(payload: string): Record<string, unknown> {
  const envelope = TransactionEnvelope.fromXdr(Buffer.from(payload, "base64"));
  switch (envelope.type) {
    case "envelopeTypeTxV0":
      return { ...envelope.v0.tx };
    case "envelopeTypeTx":
      return { ...envelope.v1.tx };
    case "envelopeTypeTxFeeBump": {
      const { feeSource, fee, innerTx } = envelope.feeBump.tx;
      const { fee: innerFee, ...inner } = innerTx.v1.tx;
      return { ...inner, innerFee, innerSignatures: innerTx.v1.signatures, feeSource, fee };
    }
  }
}

export const tested: TestedChain = {
  hiddenFields: {
    seqNum: ORDER,
    cond: LIFETIME,
    timeBounds: LIFETIME,
    innerFee: "a fee bump is paid with the outer fee",
    innerSignatures: "signatures of others",
  },
  signedFields,
  numbers: [],
  tokenCurve: "ed25519",
  ed25519: {
    shown: (payload) => Buffer.from(payload, "base64").toString("hex"),
    idDepends: false,
    seed: (text) => decodeStrkey("secret seed", text.trim()),
  },
};
