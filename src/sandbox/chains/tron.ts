/** TRON in the sandbox: a transfer of TRX as a node writes it, and transaction ids. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

const AMOUNT_SUN = 1_000_000;
const MINUTE = 60_000;

/** The JSON of a node, with an invented block to refer to. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index } = wallet;
  const { encodeRawData } = await import("../../../chains/families/tron/encode.ts");
  const value = {
    amount: AMOUNT_SUN,
    owner_address: await hexAddress(address),
    to_address: await hexAddress(to),
  };
  const now = Date.now();
  const rawData = {
    contract: [
      {
        parameter: { value, type_url: "type.googleapis.com/protocol.TransferContract" },
        type: "TransferContract",
      },
    ],
    ref_block_bytes: "5a5a",
    ref_block_hash: "5a".repeat(8),
    expiration: now + 10 * MINUTE,
    timestamp: now,
  };
  const { encoded } = encodeRawData(rawData);
  const transaction = {
    visible: false,
    txID: new Bun.CryptoHasher("sha256").update(encoded).digest("hex"),
    raw_data: rawData,
    raw_data_hex: Buffer.from(encoded).toString("hex"),
  };
  return {
    chain: "TRON",
    serializedTransaction: JSON.stringify(transaction),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

async function hexAddress(address: string): Promise<string> {
  const { HEX_ADDRESS } = await import("../../../chains/families/tron/address.ts");
  const { createBase58check } = await import("@scure/base");
  try {
    const hex = Buffer.from(createBase58check(sha256).decode(address)).toString("hex");
    if (HEX_ADDRESS.test(hex)) return hex;
  } catch {
    // Told below.
  }
  throw new RangeError(`This is no TRON address: ${address}`);
}

/** SHA-256 of the encoded `raw_data`. */
function transactionId(txData: string): string | undefined {
  const rawData = /"raw_data_hex":"((?:[0-9a-f]{2})+)"/i.exec(txData)?.[1];
  return rawData && Buffer.from(sha256(Buffer.from(rawData, "hex"))).toString("hex");
}

export const tron: SandboxChain = {
  ticker: "TRON",
  pathName: "tron",
  kind: "other",
  transactionId,
  examples: { transfer: payment },
};
