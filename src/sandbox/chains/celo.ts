/** Celo in the sandbox: a payment whose gas the node tells. */
import type { ExamplePayment, ExampleWallet } from "./chain.ts";
import { ETHEREUM_VALUE_WEI, evmSandboxChain } from "./evm.ts";

const CHAIN_IDS = { mainnet: 42_220, testnet: 44_787 } as const;

/** Celo's payloads carry the chain id and 0x-hexadecimal quantities. */
function payment({ signatureId, address, to = address, index, network }: ExampleWallet): ExamplePayment {
  const value = `0x${BigInt(ETHEREUM_VALUE_WEI).toString(16)}`;
  return {
    chain: "CELO",
    serializedTransaction: JSON.stringify({ chainId: CHAIN_IDS[network], to, value }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

export const celo = evmSandboxChain("CELO", "celo", CHAIN_IDS, { examples: { "gas-from-node": payment } });
