/**
 * MultiversX transactions: the JSON that is signed and broadcast, and the Protocol Buffers that the id is the hash of.
 * https://docs.multiversx.com/developers/signing-transactions/
 * https://github.com/multiversx/mx-chain-core-go/blob/main/data/transaction/transaction.proto
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type JsonValue, stringifyExactJson } from "../../codec/exact-json.ts";
import { bytesField, varintField } from "../../codec/protobuf.ts";
import { publicKeyOfAddress } from "./address.ts";

/** A transaction that lacks nothing but its signature. Amounts are in units of 10^-18 EGLD. */
export interface Transaction {
  readonly nonce: bigint;
  readonly value: bigint;
  readonly receiver: string;
  readonly sender: string;
  readonly gasPrice: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
  readonly chainId: string;
  readonly version: number;
  /** Bit 0: the signature is over the digest of the text. */
  readonly options: 0 | 1;
}

/** The members in the order in which the network signs them. */
export function transactionJson(transaction: Transaction): { readonly [member: string]: JsonValue } {
  const { nonce, value, receiver, sender, gasPrice, gasLimit, data, chainId, version, options } = transaction;
  return {
    nonce,
    value: value.toString(),
    receiver,
    sender,
    gasPrice,
    gasLimit,
    ...(data.length > 0 && { data: Buffer.from(data).toString("base64") }),
    chainID: chainId,
    version,
    ...(options !== 0 && { options }),
  };
}

/** The JSON text that is signed. */
export function textToSign(transaction: Transaction): string {
  return stringifyExactJson(transactionJson(transaction));
}

/** The JSON text that is broadcast. */
export function signedText(transaction: Transaction, signature: Uint8Array): string {
  return stringifyExactJson({ ...transactionJson(transaction), signature: bytesToHex(signature) });
}

/** The id of a signed transaction: BLAKE2b-256 of its Protocol Buffers form, as 64 hex digits. */
export function transactionId(transaction: Transaction, signature: Uint8Array): string {
  const { nonce, value, receiver, sender, gasPrice, gasLimit, data, chainId, version, options } = transaction;
  const encoded = concatBytes(
    number(1, nonce),
    bytesField(2, signedMagnitude(value)),
    bytes(3, publicKeyOfAddress(receiver)),
    bytes(5, publicKeyOfAddress(sender)),
    number(7, gasPrice),
    number(8, gasLimit),
    bytes(9, data),
    bytes(10, utf8ToBytes(chainId)),
    number(11, BigInt(version)),
    bytes(12, signature),
    number(13, BigInt(options)),
  );
  return bytesToHex(blake2b(encoded, { dkLen: 32 }));
}

/** The protocol leaves out fields that are zero or empty. */
function number(field: number, value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : varintField(field, value);
}

function bytes(field: number, content: Uint8Array | undefined): Uint8Array {
  return content === undefined || content.length === 0 ? new Uint8Array() : bytesField(field, content);
}

/** A sign byte, 0 for "not negative", and the big-endian magnitude; 0 has a magnitude of one byte. */
function signedMagnitude(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return hexToBytes(`00${digits.length % 2 === 0 ? digits : `0${digits}`}`);
}
