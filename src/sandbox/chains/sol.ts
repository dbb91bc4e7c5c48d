/**
 * Solana in the sandbox: a transfer of the system program in a legacy message, and a node that takes everything and
 * confirms it at once (https://solana.com/docs/rpc).
 */

import { randomBytes } from "node:crypto";
import { base58 } from "@scure/base";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

const BLOCK_HEIGHT = 250_000_000;
/** For so many blocks a blockhash is good. */
const BLOCKHASH_LIFETIME = 150;
const SIGNATURE_BYTES = 64;
/** The first byte of a transaction of version 1. */
const VERSION_1 = 0x81;

type SolanaMethod = (params: readonly unknown[]) => unknown;

/** The methods that a signer asks. */
const rpc: ReadonlyMap<string, SolanaMethod> = new Map<string, SolanaMethod>([
  ["getBlockHeight", () => BLOCK_HEIGHT],
  ["getEpochInfo", () => ({ absoluteSlot: BLOCK_HEIGHT, blockHeight: BLOCK_HEIGHT })],
  [
    "getLatestBlockhash",
    () => ({
      context: { slot: BLOCK_HEIGHT },
      value: {
        blockhash: base58.encode(randomBytes(32)),
        lastValidBlockHeight: BLOCK_HEIGHT + BLOCKHASH_LIFETIME,
      },
    }),
  ],
  ["sendTransaction", ([transaction]) => transactionId(String(transaction))],
  ["getTransaction", () => ({ slot: BLOCK_HEIGHT, meta: { err: null }, blockTime: null })],
  ["getSignatureStatuses", () => ({ context: { slot: BLOCK_HEIGHT }, value: [null] })],
]);

/** The first signature of a transaction in base64. */
function transactionId(wire: string): string {
  const bytes = Buffer.from(wire, "base64");
  const [first = 0, count = 0] = bytes;
  // Version 1 has them at the end, and their number behind the version (SIMD-0385); before it their number comes first.
  const start = first === VERSION_1 ? bytes.length - count * SIGNATURE_BYTES : 1;
  return base58.encode(bytes.subarray(start, start + SIGNATURE_BYTES));
}

const LAMPORTS = 1_000_000n;
const SYSTEM_PROGRAM = new Uint8Array(32);
/** In the place of the blockhash, which the signer fills in. */
const PLACEHOLDER = new Uint8Array(32).fill(0x60);

/** A legacy message with one transfer of the system program. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index } = wallet;
  const accounts = [...new Set([address, to])];
  const transfer = Buffer.alloc(12);
  transfer.writeUInt32LE(2);
  transfer.writeBigUInt64LE(LAMPORTS, 4);
  const keys = await Promise.all(accounts.map(publicKey));
  const message = Buffer.concat([
    // One signer, none of them read-only, one other account that is: the system program.
    Buffer.of(1, 0, 1, accounts.length + 1),
    ...keys,
    SYSTEM_PROGRAM,
    PLACEHOLDER,
    Buffer.of(1, accounts.length, 2, 0, accounts.indexOf(to), transfer.length),
    transfer,
  ]);
  return {
    chain: "SOL",
    serializedTransaction: JSON.stringify({ txData: message.toString("hex") }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

async function publicKey(address: string): Promise<Uint8Array> {
  try {
    const bytes = base58.decode(address);
    if (bytes.length === 32) return bytes;
  } catch {
    // Told below.
  }
  throw new RangeError(`This is no SOL address: ${address}`);
}

export const solana: SandboxChain = {
  ticker: "SOL",
  pathName: "solana",
  kind: "other",
  // What SOL signers post is not a transaction but the id of the one that they submitted themselves.
  transactionId: (txData) => (/^[1-9A-HJ-NP-Za-km-z]{86,88}$/.test(txData) ? txData : undefined),
  rpc,
  examples: { transfer: payment },
};
