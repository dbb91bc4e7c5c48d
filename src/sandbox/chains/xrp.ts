/** The XRP Ledger in the sandbox: a payment without its signature. */
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

export const xrpLedger: SandboxChain = {
  ticker: "XRP",
  pathName: "xrp",
  kind: "other",
  examples: { payment: payment },
};
