import type { ExamplePayment, ExampleWallet } from "./example.ts";

/** Invented: addresses of accounts come from the chain, not from the wallet's key. */
const ACCOUNT = "0x1d7e57aa55817448";

export function flowPayment({ signatureId, index, to = ACCOUNT }: ExampleWallet): ExamplePayment {
  const body = { account: ACCOUNT, to, amount: "0.001", currency: "FLOW" };
  return {
    chain: "FLOW",
    serializedTransaction: JSON.stringify({ type: 2, body }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}
