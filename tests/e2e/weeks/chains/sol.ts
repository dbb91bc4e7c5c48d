/** Solana in the weeks: a transfer of the system program in a legacy message. https://solana.com/docs/core/transactions */
import { ed25519 } from "@noble/curves/ed25519.js";
import { base58 } from "@scure/base";
import type { ChainModel } from "./chain-model.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Header, number of accounts, three accounts. */
const BLOCKHASH_AT = 4 + 3 * KEY_BYTES;
const recipient = new Uint8Array(KEY_BYTES).fill(7);
const SYSTEM_PROGRAM = new Uint8Array(KEY_BYTES);
/** In the place of the blockhash, which the signer fills in. */
const PLACEHOLDER = new Uint8Array(KEY_BYTES).fill(0x60);

export const solana: ChainModel = {
  ticker: "SOL",
  pathName: "solana",
  uniqueness: "window",
  blockTime: 400,
  finality: 13_000,
  takesAgain: true,
  wallet(signatureId, privateKey) {
    const publicKey = ed25519.getPublicKey(privateKey);
    return {
      signatureId,
      address: base58.encode(publicKey),
      privateKey,
      entry: {
        privateKey: base58.encode(Buffer.concat([privateKey, publicKey])),
        chain: "SOL",
        testnet: false,
      },
    };
  },
  serialize({ wallet, amount }) {
    const transfer = Buffer.alloc(12);
    transfer.writeUInt32LE(2);
    transfer.writeBigUInt64LE(amount, 4);
    const message = Buffer.concat([
      Buffer.of(1, 0, 1, 3),
      base58.decode(wallet.address),
      recipient,
      SYSTEM_PROGRAM,
      PLACEHOLDER,
      Buffer.of(1, 2, 2, 0, 1, transfer.length),
      transfer,
    ]);
    return JSON.stringify({ txData: message.toString("hex") });
  },
  read(payload) {
    const wire = Buffer.from(payload, "base64");
    const message = wire.subarray(1 + SIGNATURE_BYTES);
    const blockhash = message.subarray(BLOCKHASH_AT, BLOCKHASH_AT + KEY_BYTES);
    const sender = message.subarray(4, 4 + KEY_BYTES);
    const signature = wire.subarray(1, 1 + SIGNATURE_BYTES);
    if (!ed25519.verify(signature, message, sender)) throw new Error("its signature is not the sender's");
    return {
      transactionId: base58.encode(signature),
      account: base58.encode(sender),
      amount: message.readBigUInt64LE(message.length - 8),
      fee: 5_000n,
      reference: base58.encode(blockhash),
    };
  },
  words: {
    known: "This transaction has already been processed",
    landed: "This transaction has already been processed",
    used: "This transaction has already been processed",
    expired: "Transaction simulation failed: Blockhash not found",
    conflict: "This transaction has already been processed",
    "too-early": "Transaction simulation failed: Blockhash not found",
    poor: "Transaction simulation failed: Attempt to debit an account but found no record of a prior credit.",
  },
};
