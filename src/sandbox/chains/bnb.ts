/** BNB Beacon Chain in the sandbox: a transfer, and the ids of Amino transactions. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

/** 0.01 BNB, in units of 10^-8. */
const AMOUNT = 1_000_000;
const CHAIN_IDS = { mainnet: "Binance-Chain-Tigris", testnet: "Binance-Chain-Ganges" } as const;

/** A transfer that says itself what a node of the closed network can no longer be asked. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index, network } = wallet;
  const coins = [{ denom: "BNB", amount: AMOUNT }];
  const transaction = {
    msg: {
      inputs: [{ address: await accountBytes(address), coins }],
      outputs: [{ address: await accountBytes(to), coins }],
      aminoPrefix: "2A2C87FA",
    },
    signMsg: { inputs: [{ address, coins }], outputs: [{ address: to, coins }] },
    memo: "",
    chain_id: CHAIN_IDS[network],
    account_number: 1,
    sequence: 0,
  };
  return {
    chain: "BNB",
    serializedTransaction: JSON.stringify(transaction),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

async function accountBytes(address: string): Promise<{ readonly type: "Buffer"; readonly data: number[] }> {
  const { bech32 } = await import("@scure/base");
  const words = bech32.decodeUnsafe(address)?.words;
  if (words === undefined) throw new RangeError(`This is no BNB address: ${address}`);
  return { type: "Buffer", data: [...bech32.fromWords(words)] };
}

/** SHA-256 of a `StdTx` of Amino, in capitals. */
function transactionId(txData: string): string | undefined {
  if (!/^[0-9a-f]{2,4}f0625dee(?:[0-9a-f]{2})+$/.test(txData)) return undefined;
  return Buffer.from(sha256(Buffer.from(txData, "hex")))
    .toString("hex")
    .toUpperCase();
}

export const bnbBeaconChain: SandboxChain = {
  ticker: "BNB",
  pathName: "bnb",
  kind: "other",
  transactionId,
  examples: { transfer: payment },
};
