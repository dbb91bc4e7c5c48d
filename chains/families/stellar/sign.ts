/**
 * Signing of Stellar transactions: an Ed25519 signature over the transaction's hash, with the hint of its key.
 * https://github.com/stellar/stellar-xdr
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, equalBytes } from "@noble/curves/utils.js";
import { base64 } from "@scure/base";
import {
  BumpSequenceOp,
  DecoratedSignature,
  Memo,
  MuxedAccount,
  Operation,
  OperationBody,
  Preconditions,
  Transaction,
  TransactionEnvelope,
  TransactionExt,
  TransactionV1Envelope,
} from "@stellar/stellar-sdk/xdr";
import type {
  ChainEnvironment,
  Intent,
  NumberToUse,
  SignedTransaction,
  SigningRequest,
} from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signEd25519 } from "../../keys/ed25519.ts";
import { assertFeeWithinBound, stroops } from "../fee-bound.ts";
import { firstAccountKey } from "../signer-key.ts";
import { decodeStrkey, encodeStrkey } from "./address.ts";
import { transactionHash, withSignatures } from "./encode.ts";
import {
  accountsToSign,
  type Envelope,
  feeOf,
  innerTransaction,
  lastValidSecond,
  parsePayload,
  signaturesOf,
  sourceAccount,
} from "./payload.ts";

/** An envelope holds 20 signatures at most. */
const MAX_SIGNATURES = 20;

type SignsFor = Extract<Intent, { readonly kind: "signs-for" }>;

const FEE_BOUND = { ticker: "XLM", unit: stroops, highest: 1_000_000_000n };

/**
 * Adds one signature to those an envelope holds; nothing else changes. The payload is the envelope in base64.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const envelope = parsePayload(request.transaction);
  const key = await firstAccountKey(request);
  const hash = transactionHash(envelope, environment.network);
  assertMaySign(envelope, key.publicKey, hash);
  for (const { account, signer } of foreignAccounts(envelope, key.publicKey)) {
    environment.warn(`it acts for ${account}; ${signer} signs it as an additional signer of that account.`);
  }
  assertFeeWithinBound(feeOf(envelope), FEE_BOUND, environment);
  const lastSecond = lastValidSecond(envelope);
  if (lastSecond !== undefined && lastSecond * 1000n < BigInt(environment.now())) {
    environment.warn("its time bounds have passed by the clock of this machine; the network will refuse it.");
  }

  const signature = new DecoratedSignature({
    hint: key.publicKey.slice(-4),
    signature: await signEd25519(key, hash),
  });
  const source = encodeStrkey("account ID", sourceAccount(envelope));
  return {
    payload: withSignatures(envelope, [...signaturesOf(envelope), signature]).toXdr("base64"),
    transactionId: bytesToHex(hash),
    filledIn: {},
    sequence: { account: source, number: innerTransaction(envelope).seqNum },
    ...(lastSecond !== undefined && { expiry: { kind: "time", value: lastSecond * 1000n } }),
  };
}

/** In stroops: a hundred times the lowest fee. It is a bid, of which the network takes what it needs. */
const USUAL_BID = 10_000n;
/** Nodes take a transaction in the place of another for ten times its fee (stellar-core, `FEE_MULTIPLIER`). */
const OUTBIDDING = 10n;
/** The field of an envelope that holds the fee. */
const HIGHEST_FEE = 2n ** 32n - 1n;

/**
 * A bump of the sequence number to one that it has passed long ago, which changes nothing
 * (https://developers.stellar.org/docs/learn/fundamentals/transactions/list-of-operations). It never expires.
 * @throws ChainError `INVALID_TRANSACTION` when no fee is high enough
 */
export async function noOperation({ account, number, instead }: NumberToUse): Promise<string> {
  const fees = instead.map(({ payload }) => feeOf(TransactionEnvelope.fromXdr(base64.decode(payload))));
  const fee = fees.reduce((most, one) => (one * OUTBIDDING > most ? one * OUTBIDDING : most), USUAL_BID);
  if (fee > HIGHEST_FEE)
    throw new ChainError(
      "INVALID_TRANSACTION",
      `It would have to pay ${fee} stroops, more than can be signed.`,
    );
  const tx = new Transaction({
    sourceAccount: MuxedAccount.keyTypeEd25519(decodeStrkey("account ID", account)),
    fee: Number(fee),
    seqNum: number,
    cond: Preconditions.precondNone(),
    memo: Memo.memoNone(),
    operations: [
      new Operation({
        sourceAccount: null,
        body: OperationBody.bumpSequence(new BumpSequenceOp({ bumpTo: 0n })),
      }),
    ],
    ext: TransactionExt.v0(),
  });
  return TransactionEnvelope.envelopeTypeTx(new TransactionV1Envelope({ tx, signatures: [] })).toXdr(
    "base64",
  );
}

/**
 * Says when the wallet is none of the accounts that the transaction acts for: then it can only be an additional signer of
 * one of them, which the network alone knows.
 *
 * @throws ChainError
 */
export async function describeSigner(request: SigningRequest): Promise<readonly Intent[]> {
  const envelope = parsePayload(request.transaction);
  return foreignAccounts(envelope, (await firstAccountKey(request)).publicKey);
}

function foreignAccounts(envelope: Envelope, publicKey: Uint8Array): readonly SignsFor[] {
  const accounts = accountsToSign(envelope);
  if (accounts.some((account) => equalBytes(account, publicKey))) return [];
  const signer = encodeStrkey("account ID", publicKey);
  const named = new Set(accounts.map((account) => encodeStrkey("account ID", account)));
  return [...named].map((account) => ({ kind: "signs-for", account, signer }));
}

function assertMaySign(envelope: Envelope, publicKey: Uint8Array, hash: Uint8Array): void {
  const address = encodeStrkey("account ID", publicKey);
  const signatures = signaturesOf(envelope);
  const isOurs = ({ signature }: DecoratedSignature): boolean =>
    signature.value.length === 64 && ed25519.verify(signature.value, hash, publicKey);
  if (signatures.some(isOurs)) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `The transaction already carries the signature of ${address}; the network refuses a second one.`,
    );
  }
  if (signatures.length >= MAX_SIGNATURES) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `The transaction already carries ${MAX_SIGNATURES} signatures.`,
    );
  }
}
