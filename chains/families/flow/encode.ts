/**
 * Flow transactions in RLP (the messages that their roles sign, and their id), and signed ones in the JSON that access nodes
 * take and the journal records.
 * https://developers.flow.com/build/cadence/basics/transactions
 * https://developers.flow.com/http-api
 */

import { sha3_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import type { Hex } from "viem";
import { numberToHex, toRlp } from "viem/utils";
import type { SignedTransaction } from "../../chain.ts";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import type { Script } from "./operation-script.ts";

/** A key of an account: the account's address as 16 hex digits, and the index of the key. */
export interface KeyOfAccount {
  readonly address: string;
  readonly keyIndex: number;
}

export interface Signature extends KeyOfAccount {
  /** 64 bytes: `r || s`. */
  readonly signature: Uint8Array;
}

/** A transaction without its signatures. */
export interface Transaction {
  readonly script: Script;
  /** The block id, 64 hex digits, from whose time on the transaction is good. */
  readonly referenceBlock: string;
  /** The limit of computation. */
  readonly gasLimit: number;
  /** Whose sequence number the transaction uses up. */
  readonly proposer: KeyOfAccount & { readonly sequenceNumber: bigint };
  /** Who pays the fee; the address alone, 16 hex digits. */
  readonly payer: string;
  /** Whose accounts the transaction may use; addresses of 16 hex digits. */
  readonly authorizers: readonly string[];
}

type RlpItem = Hex | readonly RlpItem[];

const DOMAIN_TAG_BYTES = 32;

/** What proposer and authorizers sign: the domain tag and the payload. */
export function payloadMessage(transaction: Transaction): Uint8Array {
  return withDomainTag(payloadItem(transaction));
}

/** What the payer signs: the domain tag, and the payload with its signatures. */
export function envelopeMessage(
  transaction: Transaction,
  payloadSignatures: readonly Signature[],
): Uint8Array {
  return withDomainTag([payloadItem(transaction), signatureItems(transaction, payloadSignatures)]);
}

/** The id: SHA3-256 of the transaction with all of its signatures, as 64 hex digits. */
export function transactionId(
  transaction: Transaction,
  payloadSignatures: readonly Signature[],
  envelopeSignatures: readonly Signature[],
): string {
  const items = [payloadSignatures, envelopeSignatures].map((list) => signatureItems(transaction, list));
  return bytesToHex(sha3_256(hexToBytes(rlp([payloadItem(transaction), ...items]))));
}

function payloadItem(transaction: Transaction): RlpItem {
  const { script, referenceBlock, gasLimit, proposer, payer, authorizers } = transaction;
  return [
    text(script.text),
    script.arguments.map(text),
    `0x${referenceBlock}`,
    integer(BigInt(gasLimit)),
    `0x${proposer.address}`,
    integer(BigInt(proposer.keyIndex)),
    integer(proposer.sequenceNumber),
    `0x${payer}`,
    authorizers.map((address): Hex => `0x${address}`),
  ];
}

/** Signatures name their account by its place among the roles. */
function signatureItems(transaction: Transaction, signatures: readonly Signature[]): RlpItem {
  const { proposer, payer, authorizers } = transaction;
  const accounts = [...new Set([proposer.address, payer, ...authorizers])];
  return signatures
    .map(({ address, keyIndex, signature }) => ({ place: accounts.indexOf(address), keyIndex, signature }))
    .sort((a, b) => a.place - b.place || a.keyIndex - b.keyIndex)
    .map(({ place, keyIndex, signature }) => [
      integer(BigInt(place)),
      integer(BigInt(keyIndex)),
      `0x${bytesToHex(signature)}`,
    ]);
}

function withDomainTag(item: RlpItem): Uint8Array {
  const tag = new Uint8Array(DOMAIN_TAG_BYTES);
  tag.set(utf8ToBytes("FLOW-V0.0-transaction"));
  return concatBytes(tag, hexToBytes(rlp(item)));
}

function rlp(item: RlpItem): string {
  return toRlp(item).slice("0x".length);
}

function text(value: string): Hex {
  return `0x${bytesToHex(utf8ToBytes(value))}`;
}

/** RLP has integers as big-endian bytes without leading zeros, so 0 is the empty text. */
function integer(value: bigint): Hex {
  return value === 0n ? "0x" : numberToHex(value);
}

/** The JSON text of a transaction with its signatures, as access nodes take it. */
export function recordedText(
  { script, referenceBlock, gasLimit, proposer, payer, authorizers }: Transaction,
  payloadSignatures: readonly Signature[],
  envelopeSignatures: readonly Signature[],
): string {
  return stringifyExactJson({
    script: base64(Buffer.from(script.text)),
    arguments: script.arguments.map((argument) => base64(Buffer.from(argument))),
    reference_block_id: referenceBlock,
    gas_limit: String(gasLimit),
    payer,
    proposal_key: {
      address: proposer.address,
      key_index: String(proposer.keyIndex),
      sequence_number: String(proposer.sequenceNumber),
    },
    authorizers,
    payload_signatures: payloadSignatures.map(signatureJson),
    envelope_signatures: envelopeSignatures.map(signatureJson),
  });
}

const recorded = v.looseObject({
  reference_block_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  proposal_key: v.looseObject({ key_index: v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number)) }),
});

/** What has to be known of a recorded transaction to submit it. @throws ChainError `INVALID_TRANSACTION` */
export function readRecorded({ payload, transactionId }: SignedTransaction): {
  readonly body: JsonValue;
  readonly proposerKeyIndex: number;
  readonly referenceBlock: string;
} {
  const body = parseExactJson(payload);
  const parsed = v.safeParse(recorded, body);
  if (!parsed.success) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `The recorded bytes of ${transactionId} are no Flow transaction.`,
    );
  }
  const { proposal_key, reference_block_id } = parsed.output;
  return { body, proposerKeyIndex: proposal_key.key_index, referenceBlock: reference_block_id };
}

function signatureJson({ address, keyIndex, signature }: Signature): JsonValue {
  return { address, key_index: String(keyIndex), signature: base64(signature) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
