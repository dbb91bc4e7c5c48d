/** TRON, as the tests of all chains have to know it. */
import { createHash } from "node:crypto";
import { hexToBytes } from "@noble/curves/utils.js";
import { stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { encodeRawData } from "../../../chains/families/tron/encode.ts";
import { nodeTransaction, RECIPIENT_HEX } from "../families/tron/node-transaction.ts";
import { AMOUNT, LIFETIME, type Secp256k1Format, type TestedChain } from "../tested-chain.ts";

/** Bytes are hex of either case. */
function signedFields(payload: string): Record<string, unknown> {
  const { raw_data: rawData } = JSON.parse(payload.toLowerCase()) as { raw_data: Record<string, unknown> };
  const { contract, ...rest } = rawData;
  const [{ parameter, ...envelope }] = contract as [Record<string, unknown>];
  return { ...rest, ...envelope, parameter };
}

const secp256k1: Secp256k1Format = {
  parts(payload) {
    const { signature, ...structure } = JSON.parse(payload) as { readonly signature: readonly string[] };
    const [bytes] = signature.map(hexToBytes);
    return { structure, signatures: [{ compact: bytes!.slice(0, 64), recovery: bytes![64]! - 27 }] };
  },
};

/** The id of a transaction is made from the number, so the number stands in the text. */
const PAYMENT = stringifyExactJson(
  nodeTransaction("TransferContract", { to_address: RECIPIENT_HEX, amount: AMOUNT }),
);

export const tested: TestedChain = {
  alsoNamed: ["raw_data_hex", "txID"],
  hiddenFields: {
    ref_block_bytes: LIFETIME,
    ref_block_hash: LIFETIME,
    ref_block_num: LIFETIME,
    expiration: LIFETIME,
    timestamp: "when it was made; the network does nothing with it",
    permission_id:
      "which of the account's permissions the signature counts for; the account decided what it may do",
    provider: "the network does nothing with it",
    contractname: "the network does nothing with it",
    scripts: "the network does nothing with it",
  },
  signedFields,
  withRightDigests(json) {
    const { encoded } = encodeRawData(json["raw_data"]);
    const txID = createHash("sha256").update(encoded).digest("hex");
    return { ...json, txID, raw_data_hex: Buffer.from(encoded).toString("hex") };
  },
  numbers: [
    { member: "amount", payload: (amount) => PAYMENT.replace(`"amount":${AMOUNT}`, `"amount":${amount}`) },
  ],
  tokenCurve: "secp256k1",
  secp256k1,
};
