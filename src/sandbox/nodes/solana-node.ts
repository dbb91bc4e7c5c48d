/** A stand-in of a Solana node that takes everything and confirms it at once (https://solana.com/docs/rpc). */
import { randomBytes } from "node:crypto";
import { base58 } from "@scure/base";

const BLOCK_HEIGHT = 250_000_000;
/** For so many blocks a blockhash is good. */
const BLOCKHASH_LIFETIME = 150;
const SIGNATURE_BYTES = 64;
/** The first byte of a transaction of version 1. */
const VERSION_1 = 0x81;

type SolanaMethod = (params: readonly unknown[]) => unknown;

/** The methods that a signer asks. */
export const solanaMethods: ReadonlyMap<string, SolanaMethod> = new Map<string, SolanaMethod>([
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
