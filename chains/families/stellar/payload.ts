/**
 * The payload of a pending Stellar transaction, a `TransactionEnvelope`: its source account, fee, time bounds, signers.
 * https://github.com/stellar/stellar-protocol/blob/master/core/cap-0015.md
 * https://github.com/stellar/stellar-protocol/blob/master/core/cap-0021.md
 * https://github.com/stellar/stellar-protocol/blob/master/core/cap-0027.md
 */

import { base64 } from "@scure/base";
import {
  type DecoratedSignature,
  type Operation,
  type Transaction,
  TransactionEnvelope,
  type TransactionV0,
} from "@stellar/stellar-sdk/xdr";
import type { PendingTransaction } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { payloadText } from "../payload.ts";
import { accountOfMuxed } from "./address.ts";

/** Far more than 100 operations need. */
const MAX_ENVELOPE_BYTES = 200_000;

/** The three kinds of a transaction envelope (CAP-15, CAP-27): legacy, with muxed accounts, with a fee bump. */
export type Envelope = TransactionEnvelope;

/**
 * Reads the `serializedTransaction` of a pending transaction: the XDR of an envelope in base64, every byte of it.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function parsePayload(pending: PendingTransaction): Envelope {
  const refuse = (problem: string, cause?: unknown): ChainError =>
    new ChainError(
      "INVALID_TRANSACTION",
      `The serializedTransaction of ${pending.id} is not valid: ${problem}.`,
      {
        cause,
      },
    );

  const text = payloadText(pending).trim();
  if (text.length > 2 * MAX_ENVELOPE_BYTES) throw refuse("it is too long for a transaction");
  let envelope: Envelope;
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(text);
    envelope = TransactionEnvelope.fromXdr(bytes);
  } catch (cause) {
    throw refuse("it is not the XDR of a transaction envelope in base64", cause);
  }
  if (!Buffer.from(envelope.toXdr()).equals(bytes))
    throw refuse("its XDR is not in the one form that is signed");
  if (feeOf(envelope) < 0n) throw refuse("its fee is below 0");
  if (innerTransaction(envelope).operations.length === 0) throw refuse("it has no operations");
  return envelope;
}

/** The transaction itself: inside of the fee bump where there is one. */
export function innerTransaction(envelope: Envelope): Transaction | TransactionV0 {
  switch (envelope.type) {
    case "envelopeTypeTxV0":
      return envelope.v0.tx;
    case "envelopeTypeTx":
      return envelope.v1.tx;
    case "envelopeTypeTxFeeBump":
      return envelope.feeBump.tx.innerTx.v1.tx;
  }
}

/** The 32-byte public key of the account whose sequence number the transaction uses up. */
export function sourceAccount(envelope: Envelope): Uint8Array {
  const transaction = innerTransaction(envelope);
  if ("sourceAccountEd25519" in transaction) return transaction.sourceAccountEd25519.value;
  return accountOfMuxed(transaction.sourceAccount);
}

/** The most that the whole transaction can cost, in stroops. */
export function feeOf(envelope: Envelope): bigint {
  if (envelope.type === "envelopeTypeTxFeeBump") return envelope.feeBump.tx.fee;
  return BigInt(innerTransaction(envelope).fee);
}

/** Seconds since 1970 after which the network refuses the transaction; `undefined` when it never does. */
export function lastValidSecond(envelope: Envelope): bigint | undefined {
  const transaction = innerTransaction(envelope);
  const maxTime = timeBoundsOf(transaction)?.maxTime;
  return maxTime === undefined || maxTime === 0n ? undefined : maxTime;
}

function timeBoundsOf(transaction: Transaction | TransactionV0) {
  if ("timeBounds" in transaction) return transaction.timeBounds ?? undefined;
  const { cond } = transaction;
  if (cond.type === "precondTime") return cond.timeBounds;
  return cond.type === "precondV2" ? (cond.v2.timeBounds ?? undefined) : undefined;
}

/**
 * The 32-byte public keys that may sign: of the fee bump the one that pays; else those of the accounts that the
 * transaction and its operations act for, and the additional signers it demands itself (CAP-21).
 */
export function accountsToSign(envelope: Envelope): readonly Uint8Array[] {
  if (envelope.type === "envelopeTypeTxFeeBump") return [accountOfMuxed(envelope.feeBump.tx.feeSource)];
  const transaction = innerTransaction(envelope);
  return [
    sourceAccount(envelope),
    ...transaction.operations.flatMap(({ sourceAccount: source }: Operation) =>
      source === null ? [] : [accountOfMuxed(source)],
    ),
    ...extraSigners(transaction),
  ];
}

function extraSigners(transaction: Transaction | TransactionV0): readonly Uint8Array[] {
  if (!("cond" in transaction) || transaction.cond.type !== "precondV2") return [];
  return transaction.cond.v2.extraSigners.flatMap((signer) =>
    signer.type === "signerKeyTypeEd25519" ? [signer.ed25519.value] : [],
  );
}

/** The signatures that go with what is to be signed: of the fee bump the outer ones. */
export function signaturesOf(envelope: Envelope): readonly DecoratedSignature[] {
  return envelope.value.signatures;
}
