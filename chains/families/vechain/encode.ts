/**
 * VeChainThor transactions in RLP: the digest that is signed, the signed bytes, the id.
 * https://docs.vechain.org/thor/learn/transaction-model
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import type { Hex } from "viem";
import { bytesToHex, concatHex, hexToBytes, numberToHex, toRlp } from "viem/utils";
import type { Clause } from "./payload.ts";

/** A transaction that lacks nothing but its signature. */
export interface Transaction {
  readonly chainTag: bigint;
  /** 8 bytes. */
  readonly blockRef: Hex;
  /** In blocks. */
  readonly expiration: bigint;
  readonly clauses: readonly Clause[];
  readonly gasPriceCoef: bigint;
  readonly gas: bigint;
  readonly dependsOn?: Hex;
  readonly nonce: bigint;
}

/** BLAKE2b-256 of the unsigned transaction: what its sender signs. */
export function digestToSign(transaction: Transaction): Uint8Array {
  return blake2b256(hexToBytes(toRlp(body(transaction))));
}

/** The raw signed transaction. */
export function serializeSigned(
  transaction: Transaction,
  { r, s, recovery }: { readonly r: bigint; readonly s: bigint; readonly recovery: 0 | 1 },
): Hex {
  const size = 32;
  const signature = concatHex([
    numberToHex(r, { size }),
    numberToHex(s, { size }),
    recovery === 0 ? "0x00" : "0x01",
  ]);
  return toRlp([...body(transaction), signature]);
}

/** The id: BLAKE2b-256 of the signed digest and the address of the sender. */
export function transactionId(transaction: Transaction, sender: Hex): Hex {
  return bytesToHex(blake2b256(concatBytes(digestToSign(transaction), hexToBytes(sender))));
}

function body(transaction: Transaction) {
  const { chainTag, blockRef, expiration, clauses, gasPriceCoef, gas, dependsOn, nonce } = transaction;
  // Features, such as fee delegation (VIP-191); none are used.
  const reserved: readonly Hex[] = [];
  return [
    integer(chainTag),
    integer(BigInt(blockRef)),
    integer(expiration),
    clauses.map(({ to = "0x", value, data }): readonly Hex[] => [to, integer(value), data]),
    integer(gasPriceCoef),
    integer(gas),
    dependsOn ?? ("0x" as Hex),
    integer(nonce),
    reserved,
  ] as const;
}

/** RLP has integers as big-endian bytes without leading zeros, so 0 is the empty text. */
function integer(value: bigint): Hex {
  return value === 0n ? "0x" : numberToHex(value);
}

function blake2b256(bytes: Uint8Array): Uint8Array {
  return blake2b(bytes, { dkLen: 32 });
}
