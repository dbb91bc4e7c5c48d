/** VeChainThor in the weeks: transfers of VET. https://docs.vechain.org/thor/learn/transaction-model */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, fromRlp, type Hex, keccak256, toRlp } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { type ChainModel, hex } from "./chain-model.ts";

const recipient = "0x85974404b66ade9b8f8ca1bcda8a5b77991e29de";
const BODY_ITEMS = 9;

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  return blake2b(Buffer.concat(parts), { dkLen: 32 });
}

function senderBytes(digest: Uint8Array, signature: Uint8Array): Buffer {
  const compact = secp256k1.Signature.fromBytes(signature.subarray(0, 64), "compact");
  const key = compact.addRecoveryBit(signature[64]!).recoverPublicKey(digest).toBytes(false);
  return Buffer.from(keccak256(key.subarray(1)).slice(-40), "hex");
}

export const vechain: ChainModel = {
  ticker: "VET",
  pathName: "vet",
  uniqueness: "window",
  blockTime: 10_000,
  finality: 120_000,
  takesAgain: true,
  wallet(signatureId, privateKey) {
    const key: Hex = `0x${hex(privateKey)}`;
    return {
      signatureId,
      address: privateKeyToAddress(key).toLowerCase(),
      privateKey,
      entry: { privateKey: key, chain: "VET", testnet: false },
    };
  },
  serialize({ wallet, amount, blocks }) {
    return JSON.stringify({
      from: wallet.address,
      to: recipient,
      value: String(amount),
      ...(blocks !== undefined && { expiration: blocks }),
    });
  },
  read(payload) {
    const items = fromRlp(payload as Hex) as readonly (Hex | readonly (readonly Hex[])[])[];
    const digest = hash(Buffer.from(toRlp(items.slice(0, BODY_ITEMS) as never, "bytes")));
    const signature = Buffer.from((items[BODY_ITEMS] as Hex).slice(2), "hex");
    const sender = senderBytes(digest, signature);
    const [, blockRef, expiration, clauses] = items as readonly [Hex, Hex, Hex, readonly (readonly Hex[])[]];
    const first = BigInt(blockRef.padEnd(18, "0").slice(0, 10));
    return {
      transactionId: bytesToHex(hash(digest, sender)),
      account: `0x${hex(sender)}`,
      amount: BigInt(clauses[0]?.[1] ?? "0x0"),
      fee: 0n,
      lastHeight: first + BigInt(expiration),
    };
  },
  words: {
    known: "known tx",
    landed: "known tx",
    used: "known tx",
    expired: "tx rejected: expired",
    conflict: "known tx",
    "too-early": "tx rejected: block ref out of schedule",
    poor: "tx rejected: insufficient energy",
  },
};
