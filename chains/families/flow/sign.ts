/**
 * Signing of Flow transactions by their three roles: the user's account authorizes, the Tatum API proposes and pays.
 * https://developers.flow.com/build/cadence/basics/transactions
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { SigningKey } from "../../signing-key.ts";
import { chooseKey } from "../signer-key.ts";
import { keyOf, releaseProposer, signAs } from "./co-signer.ts";
import {
  envelopeMessage,
  type KeyOfAccount,
  payloadMessage,
  recordedText,
  type Signature,
  type Transaction,
  transactionId,
} from "./encode.ts";
import { newestBlock, sequenceNumber } from "./node.ts";
import { scriptOf } from "./operation-script.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/** The most computation the network allows. */
const GAS_LIMIT = 9_999;
/** The key with which accounts of the API's users authorise. */
const AUTHORIZER_KEY_INDEX = 0;
/** How many blocks after its reference block a transaction is good for. */
const LIFETIME_BLOCKS = 600n;

/**
 * Builds the transaction of a payload and has all roles sign it. Everything is signed before it is recorded, so that what is
 * submitted, and submitted again, are the same bytes.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const payload = parsePayload(request.transaction);
  const key = await chooseKey(request);
  warnOf(payload, environment);
  const payer = await keyOf("payer", environment);
  const proposer = await keyOf("proposer", environment);
  try {
    return await signWith(payload, key, { payer, proposer }, environment);
  } catch (failure) {
    await releaseProposer(proposer.keyIndex, "", environment);
    throw failure;
  }
}

/** The keys of the API's accounts that pay for a transaction and propose it. */
interface CoSigners {
  readonly payer: KeyOfAccount;
  readonly proposer: KeyOfAccount;
}

async function signWith(
  payload: TransactionPayload,
  key: SigningKey,
  { payer, proposer }: CoSigners,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const block = await newestBlock("final", environment);
  const authorizer: KeyOfAccount = {
    address: payload.account.slice("0x".length).toLowerCase(),
    keyIndex: AUTHORIZER_KEY_INDEX,
  };
  const transaction: Transaction = {
    script: scriptOf(payload.operation, environment.network),
    referenceBlock: block.id,
    gasLimit: GAS_LIMIT,
    proposer: { ...proposer, sequenceNumber: await sequenceNumber(proposer, environment) },
    payer: payer.address,
    authorizers: [authorizer.address],
  };
  const message = payloadMessage(transaction);
  const payloadSignatures = [
    ...(await proposerSignatures(message, { payer, proposer }, environment)),
    { ...authorizer, signature: await sign(key, message) },
  ];
  const envelope = envelopeMessage(transaction, payloadSignatures);
  const envelopeSignatures = [{ ...payer, signature: await signAs("payer", envelope, environment) }];
  return {
    payload: recordedText(transaction, payloadSignatures, envelopeSignatures),
    transactionId: transactionId(transaction, payloadSignatures, envelopeSignatures),
    filledIn: filledInValues(transaction),
    expiry: { kind: "height", value: block.height + LIFETIME_BLOCKS + 1n },
  };
}

/** A key signs once, and the payer's signature covers the payload. */
async function proposerSignatures(
  message: Uint8Array,
  { payer, proposer }: CoSigners,
  environment: ChainEnvironment,
): Promise<readonly Signature[]> {
  if (isSameKey(proposer, payer)) return [];
  return [{ ...proposer, signature: await signAs("proposer", message, environment) }];
}

function filledInValues({ referenceBlock, payer, proposer }: Transaction): Readonly<Record<string, string>> {
  return {
    referenceBlock,
    payer: `0x${payer}`,
    proposer: `0x${proposer.address}`,
    proposerKey: String(proposer.keyIndex),
    proposerSequenceNumber: String(proposer.sequenceNumber),
  };
}

/** ECDSA over SHA3-256; the network takes `s` of either half. */
async function sign(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  if (key.curve !== "secp256k1") {
    throw new ChainError("INVALID_KEY", `This chain signs on secp256k1, but the key is one of ${key.curve}.`);
  }
  const digest = sha3_256(message);
  const signature = await key.sign(digest);
  if (isSignature(signature, digest, key.publicKey)) return signature;
  throw new ChainError(
    "INVALID_KEY",
    `The key of ${bytesToHex(key.publicKey)} returned a signature that its public key does not verify.`,
  );
}

function isSignature(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return secp256k1.verify(signature, digest, publicKey, { prehash: false, lowS: false });
  } catch {
    return false; // Not 64 bytes, or numbers out of range.
  }
}

function isSameKey(a: KeyOfAccount, b: KeyOfAccount): boolean {
  return a.address === b.address && a.keyIndex === b.keyIndex;
}

function warnOf({ operation }: TransactionPayload, environment: ChainEnvironment): void {
  if (operation.kind === "transfer" && !operation.isExact) {
    environment.warn("Its amount has more than 8 decimals; it is rounded to 8.");
  }
  if (operation.kind === "add-key") {
    environment.warn("The key is added with weight 0, so it cannot authorise anything alone.");
  }
}
