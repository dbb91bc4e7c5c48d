/** Solana in the sandbox: a transfer of the system program in a legacy message. */
import { solanaMethods } from "../nodes/solana-node.ts";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

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
  const { base58 } = await import("@scure/base");
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
  rpc: solanaMethods,
  examples: { transfer: payment },
};
