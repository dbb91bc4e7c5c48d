/** The XRP Ledger in the sandbox: a payment without its signature. */
import { sha512 } from "@noble/hashes/sha2.js";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

/** 1 XRP. */
const DROPS = "1000000";

/** A payment that lacks its signature only; sequence number and ledger are invented. */
function payment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  const transaction = {
    TransactionType: "Payment",
    Account: address,
    Destination: to,
    Amount: DROPS,
    Fee: "12",
    Sequence: 1_000_000,
    LastLedgerSequence: 90_000_000,
    Flags: 0,
  };
  return {
    chain: "XRP",
    serializedTransaction: JSON.stringify(transaction),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

/** The prefix `TXN\0` of what a transaction id is the hash of. */
const ID_PREFIX = Uint8Array.of(0x54, 0x58, 0x4e, 0x00);

/** The first half of SHA-512, in capitals; a blob begins with the field of its type. */
function transactionId(txData: string): string | undefined {
  if (!/^12(?:[0-9A-F]{2}){3,}$/.test(txData)) return undefined;
  const digest = sha512(Buffer.concat([ID_PREFIX, Buffer.from(txData, "hex")]));
  return Buffer.from(digest.subarray(0, 32)).toString("hex").toUpperCase();
}

export const xrpLedger: SandboxChain = {
  ticker: "XRP",
  pathName: "xrp",
  kind: "other",
  transactionId,
  examples: { payment: payment },
};
