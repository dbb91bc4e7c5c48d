/** VeChain in the sandbox: a transfer of VET, and transaction ids. */
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

/** 0.001 VET. */
const VALUE_WEI = "1000000000000000";

function payment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  return {
    chain: "VET",
    serializedTransaction: JSON.stringify({ from: address, to, value: VALUE_WEI }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

const BODY_ITEMS = 9;

/** The id of a broadcast transaction: BLAKE2b-256 of the signed digest and the sender; `undefined` when it is none. */
async function transactionId(txData: string): Promise<string | undefined> {
  const { blake2b } = await import("@noble/hashes/blake2.js");
  const { concat, fromRlp, hexToBytes, parseSignature, recoverAddress, toRlp, bytesToHex } = await import(
    "viem"
  );
  const hash = (bytes: Uint8Array): Uint8Array => blake2b(bytes, { dkLen: 32 });
  try {
    const items = fromRlp(txData as `0x${string}`);
    const signature = items[BODY_ITEMS];
    if (!Array.isArray(items) || typeof signature !== "string") return undefined;
    const digest = hash(toRlp(items.slice(0, BODY_ITEMS), "bytes"));
    const sender = await recoverAddress({
      hash: digest,
      signature: parseSignature(signature as `0x${string}`),
    });
    return bytesToHex(hash(hexToBytes(concat([bytesToHex(digest), sender]))));
  } catch {
    return undefined;
  }
}

export const vechain: SandboxChain = {
  ticker: "VET",
  pathName: "vet",
  kind: "other",
  transactionId,
  examples: { transfer: payment },
};
