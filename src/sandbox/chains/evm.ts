/** Chains of the EVM in the sandbox: payments, and transaction ids. */
import type { Network } from "../../../chains/chain.ts";
import {
  type ExamplePayment,
  type ExampleWallet,
  type PaymentBuilder,
  type SandboxChain,
  UnreadableTransaction,
} from "./chain.ts";

/** 0.001 coins; all EVM chains count in units of 10^-18. */
export const ETHEREUM_VALUE_WEI = "1000000000000000";

function ethereumPayment(
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

/** Keccak-256 of the raw transaction. */
async function transactionId(txData: string): Promise<string> {
  if (!/^0x([0-9a-f]{2})+$/i.test(txData)) {
    throw new UnreadableTransaction("txData must be the raw transaction in hexadecimal, beginning with 0x.");
  }
  const { keccak256 } = await import("viem");
  return keccak256(`0x${txData.slice(2)}`);
}

/** @param gasPrice wei of the example that names one */
export function evmSandboxChain(
  ticker: string,
  pathName: string,
  chainIds: Readonly<Record<Network, number>>,
  {
    gasPrice = "30000000000",
    examples,
  }: { gasPrice?: string; examples?: Record<string, PaymentBuilder> } = {},
): SandboxChain {
  return {
    ticker,
    pathName,
    kind: "evm",
    chainIds,
    transactionId,
    examples: examples ?? {
      "explicit-gas": (wallet) => ethereumPayment(ticker, wallet, { gas: "21000", gasPrice }),
      "gas-from-node": (wallet) => ethereumPayment(ticker, wallet, {}),
    },
  };
}
