import type { ExamplePayment, ExampleWallet } from "./example.ts";

/** 0.001 coins; all EVM chains count in units of 10^-18. */
const ETHEREUM_VALUE_WEI = "1000000000000000";

export function ethereumPayment(
  chain: string,
  wallet: ExampleWallet,
  gas: Readonly<Record<string, string>>,
): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  const transaction = { from: 0, to, value: ETHEREUM_VALUE_WEI, ...gas };
  return {
    chain,
    serializedTransaction: JSON.stringify(transaction),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

/** Celo's payloads carry the chain id and 0x-hexadecimal quantities. */
export function celoPayment({
  signatureId,
  address,
  to = address,
  index,
  network,
}: ExampleWallet): ExamplePayment {
  const chainId = network === "mainnet" ? 42_220 : 44_787;
  const value = `0x${BigInt(ETHEREUM_VALUE_WEI).toString(16)}`;
  return {
    chain: "CELO",
    serializedTransaction: JSON.stringify({ chainId, to, value }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}
