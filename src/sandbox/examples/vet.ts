import type { ExamplePayment, ExampleWallet } from "./example.ts";

/** 0.001 VET. */
const VALUE_WEI = "1000000000000000";

export function vechainPayment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  return {
    chain: "VET",
    serializedTransaction: JSON.stringify({ from: address, to, value: VALUE_WEI }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}
