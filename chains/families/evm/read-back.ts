/**
 * The check of a signed transaction before it leaves: read back by other code, it has to be the one that was meant.
 * https://eips.ethereum.org/EIPS/eip-2718, https://eips.ethereum.org/EIPS/eip-2930, https://eips.ethereum.org/EIPS/eip-1559
 */
import type { Hex } from "viem";
import { hexToBytes, keccak256, parseTransaction, serializeTransaction } from "viem/utils";
import { ChainError } from "../../error.ts";
import { isRecoverableSignature } from "../../keys/secp256k1.ts";
import type { EvmTransaction } from "./encode.ts";

/** A signed transaction as somebody else reads it. Members of other transaction types are absent. */
export interface ReadBack {
  readonly type: string | undefined;
  readonly chainId: bigint;
  readonly nonce: bigint;
  readonly gas: bigint;
  readonly to: string | undefined;
  readonly value: bigint;
  readonly data: Hex;
  readonly gasPrice?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList?: readonly unknown[];
  readonly feeCurrency?: string | undefined;
  /** What was signed. */
  readonly digest: Hex;
  readonly signature: { readonly r: Hex; readonly s: Hex; readonly yParity: number };
}

/** Reads raw signed transactions with code that has no part in writing them; `undefined` without a signature. */
export type SignedTransactionReader = (raw: Hex) => ReadBack | undefined;

const FIELDS = [
  "type",
  "chainId",
  "nonce",
  "gas",
  "to",
  "value",
  "data",
  "gasPrice",
  "maxFeePerGas",
  "maxPriorityFeePerGas",
  "accessList",
  "feeCurrency",
] as const satisfies readonly (keyof ReadBack)[];

/**
 * Reads a raw signed transaction back and compares: every field has to be the one that was meant, and the sender that
 * the signature gives has to be the key's address.
 *
 * @param sender public key (33 or 65 bytes)
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertSignedAsMeant(
  raw: Hex,
  meant: EvmTransaction,
  sender: Uint8Array,
  read: SignedTransactionReader = readEthereum,
): void {
  const found = read(raw);
  if (found === undefined) throw differs("signature");
  const expected: { readonly [Field in (typeof FIELDS)[number]]?: unknown } = meant;
  for (const field of FIELDS) {
    if (comparable(found[field]) !== comparable(expected[field])) throw differs(field);
  }
  if (!isSignedBy(found, sender)) throw differs("sender");
}

function isSignedBy({ digest, signature: { r, s, yParity } }: ReadBack, publicKey: Uint8Array): boolean {
  const signature = { r: BigInt(r), s: BigInt(s), recovery: yParity };
  return isRecoverableSignature(signature, hexToBytes(digest), publicKey);
}

/** Reads a signed transaction of Ethereum's types. Addresses are in lower case. */
export function readEthereum(raw: Hex): ReadBack | undefined {
  const { r, s, v, yParity, ...unsigned } = parseTransaction(raw);
  if (r === undefined || s === undefined || yParity === undefined) return undefined;
  // viem leaves out what is zero or empty.
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = unsigned;
  return {
    type: unsigned.type,
    chainId: BigInt(unsigned.chainId ?? 0),
    nonce: BigInt(unsigned.nonce ?? 0),
    gas: unsigned.gas ?? 0n,
    to: unsigned.to?.toLowerCase(),
    value: unsigned.value ?? 0n,
    data: unsigned.data ?? "0x",
    ...(unsigned.type === "eip1559"
      ? { maxFeePerGas, maxPriorityFeePerGas }
      : { gasPrice: unsigned.gasPrice ?? 0n }),
    ...(unsigned.type !== "legacy" && { accessList: unsigned.accessList ?? [] }),
    digest: keccak256(serializeTransaction(unsigned)),
    signature: { r, s, yParity },
  };
}

function comparable(value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : value;
}

function differs(field: string): ChainError {
  return new ChainError(
    "UNSAFE_TRANSACTION",
    `The signed transaction, read back, has another ${field} than was meant. It was not sent.`,
  );
}
