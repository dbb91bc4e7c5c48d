import type { ExamplePayment, ExampleWallet } from "./example.ts";

/** 1 XRP. */
const DROPS = "1000000";

/** A payment that lacks its signature only; sequence number and ledger are invented. */
export function xrpPayment(wallet: ExampleWallet): ExamplePayment {
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
