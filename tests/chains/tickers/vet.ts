/** VeChain, as the tests of all chains have to know it. */
import { hexToBytes } from "@noble/curves/utils.js";
import { fromRlp, type Hex } from "viem";
import { RECIPIENT, rlpFields } from "../families/evm/tested-chain.ts";
import { FEE_PART, LIFETIME, numberMember, type Secp256k1Format, type TestedChain } from "../tested-chain.ts";

const FIELDS = [
  "chainTag",
  "blockRef",
  "expiration",
  "clauses",
  "gasPriceCoef",
  "gas",
  "dependsOn",
  "nonce",
  "reserved",
];

const secp256k1: Secp256k1Format = {
  parts(payload) {
    const items = fromRlp(payload as Hex) as readonly Hex[];
    const signature = hexToBytes(items.at(-1)!.slice(2));
    return {
      structure: items.slice(0, -1),
      signatures: [{ compact: signature.slice(0, 64), recovery: signature[64]! }],
    };
  },
};

export const tested: TestedChain = {
  hiddenFields: {
    nonce: "makes two equal transactions different ones",
    blockRef: LIFETIME,
    expiration: LIFETIME,
    dependsOn: "which transaction has to land first",
    gas: FEE_PART,
    gasPriceCoef: FEE_PART,
  },
  signedFields: (payload) => rlpFields(payload as Hex, FIELDS),
  numbers: [numberMember("value", (value) => ({ to: RECIPIENT, value }))],
  otherWallets: [undefined, "m/44'/818'/0'/0/0"],
  tokenCurve: "secp256k1",
  secp256k1,
};
