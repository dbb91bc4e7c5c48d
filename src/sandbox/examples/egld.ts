import type { ExamplePayment, ExampleWallet } from "./example.ts";

/** In EGLD, as the API writes it. */
const VALUE = "0.001";

export function multiversxPayment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  return {
    chain: "EGLD",
    serializedTransaction: JSON.stringify({ from: address, to, value: VALUE }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}
