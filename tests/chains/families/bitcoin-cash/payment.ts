import { hex } from "@scure/base";
import { OutScript } from "@scure/btc-signer/payment.js";
import { RawOldTx } from "@scure/btc-signer/script.js";
import type { PendingTransaction } from "../../../../chains/chain.ts";
import type { RawTransaction } from "../../../../chains/families/utxo/encode.ts";

/** 20 bytes that stand for a receiver's key. */
export const receiver = OutScript.encode({ type: "pkh", hash: new Uint8Array(20).fill(9) });

/** A transaction that spends outputs 0, 1, 2 ... of transactions 01..., 02..., 03... and leaves 1,000 satoshi a piece. */
export function transactionOf(amounts: readonly (number | bigint)[]): RawTransaction {
  const total = amounts.reduce<bigint>((sum, amount) => sum + BigInt(amount) - 1_000n, 0n);
  return {
    version: 2,
    lockTime: 0,
    inputs: amounts.map((_, index) => ({
      txid: new Uint8Array(32).fill(index + 1),
      index,
      finalScriptSig: new Uint8Array(),
      sequence: 0xffff_ffff,
    })),
    outputs: [{ amount: total, script: receiver }],
  };
}

export function encode(transaction: RawTransaction): string {
  return hex.encode(
    RawOldTx.encode({
      ...transaction,
      inputs: [...transaction.inputs],
      outputs: [...transaction.outputs],
    }),
  );
}

/** `serializedTransaction` of a transaction that spends these amounts (satoshi). */
export function payload(amounts: readonly (number | bigint)[], change: Partial<RawTransaction> = {}): string {
  return `${encode({ ...transactionOf(amounts), ...change })}:[${amounts.join()}]`;
}

export function pending(
  serializedTransaction: string,
  members: Partial<PendingTransaction> = {},
): PendingTransaction {
  return {
    id: "5f9bd8b4a1b2c3d4e5f60718",
    chain: "BCH",
    hashes: [],
    signatures: [],
    serializedTransaction,
    ...members,
  };
}
