/** Flow in the sandbox: a transfer of FLOW. */
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

/** Invented: addresses of accounts come from the chain, not from the wallet's key. */
const ACCOUNT = "0x1d7e57aa55817448";

function payment({ signatureId, index, to = ACCOUNT }: ExampleWallet): ExamplePayment {
  const body = { account: ACCOUNT, to, amount: "0.001", currency: "FLOW" };
  return {
    chain: "FLOW",
    serializedTransaction: JSON.stringify({ type: 2, body }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

export const flow: SandboxChain = {
  ticker: "FLOW",
  pathName: "flow",
  kind: "other",
  // What FLOW signers post is not a transaction but the id of the one that they submitted themselves.
  transactionId: (txData) => (/^[0-9a-f]{64}$/i.test(txData) ? txData : undefined),
  examples: { transfer: payment },
};
