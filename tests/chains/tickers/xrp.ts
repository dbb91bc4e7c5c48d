/** The XRP Ledger, as the tests of all chains have to know it. */
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { decode } from "ripple-binary-codec";
import { deriveKeypair } from "ripple-keypairs";
import {
  compactOf,
  LIFETIME,
  numberMember,
  ORDER,
  type Secp256k1Format,
  type TestedChain,
  withoutMembers,
} from "../tested-chain.ts";

const ACCOUNT = "rK4aLJ5TDBHLsRVMYedbRtCcAQWA9vcmws";
const RECIPIENT = "rK1jSwqEJHkxHSxpZyURVAhQGzpYZaXwRp";

/** Flags without `tfFullyCanonicalSig`, which says nothing any more. */
function signedFields(payload: string): Record<string, unknown> {
  const { Flags = 0, ...fields } = decode(payload);
  return { ...fields, Flags: Number(Flags) % 0x80000000 };
}

const secp256k1: Secp256k1Format = {
  parts(payload) {
    const { TxnSignature, ...structure } = decode(payload);
    return { structure, signatures: [{ compact: compactOf(hexToBytes(String(TxnSignature))) }] };
  },
  transactionId: (payload) => bytesToHex(sha512(hexToBytes(`54584e00${payload}`)).slice(0, 32)).toUpperCase(),
  privateKey: seed,
};

/** The private key of a family seed, on the curve that the seed names. */
function seed(text: string): Uint8Array {
  return hexToBytes(deriveKeypair(text).privateKey.slice(-64));
}

const payment = (more: object) => ({
  TransactionType: "Payment",
  Account: ACCOUNT,
  Destination: RECIPIENT,
  Amount: "1",
  Fee: "12",
  Sequence: 1,
  Flags: 0,
  ...more,
});

export const tested: TestedChain = {
  hiddenFields: {
    Sequence: ORDER,
    TicketSequence: ORDER,
    LastLedgerSequence: LIFETIME,
    AccountTxnID: "which transaction has to land first",
  },
  signedFields: withoutMembers(["TxnSignature", "SigningPubKey"], signedFields),
  numbers: [
    numberMember("Amount", (Amount) => payment({ Amount })),
    numberMember("Fee", (Fee) => payment({ Fee })),
    numberMember("DestinationTag", (DestinationTag) => payment({ DestinationTag })),
  ],
  tokenCurve: "ed25519",
  secp256k1,
  ed25519: { shown: (payload) => payload.toLowerCase(), idDepends: true, seed },
  isCompressedOnly: true,
};
