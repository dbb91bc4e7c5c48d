/**
 * Signing of VeChainThor transactions, completed with what the node says.
 * https://docs.vechain.org/thor/learn/transaction-model
 */

import { randomBytes } from "@noble/hashes/utils.js";
import type { Hex } from "viem";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signRecoverable } from "../../keys/secp256k1.ts";
import { addressOfPublicKey } from "../evm/address.ts";
import { chooseKey } from "../signer-key.ts";
import { digestToSign, serializeSigned, type Transaction, transactionId } from "./encode.ts";
import { estimateGas } from "./fee.ts";
import { block, chainTagToSign } from "./node.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/**
 * A nonce for a transaction that names none: any number of 64 bits makes its id unique. The signed bytes are recorded
 * before they are sent, so no second nonce is ever drawn for the same transaction.
 */
function randomNonce(): bigint {
  return Buffer.from(randomBytes(8)).readBigUInt64BE();
}

/** 2 hours of blocks. */
const DEFAULT_EXPIRATION = 720n;
const BLOCK_REF_LENGTH = "0x0011223344556677".length;

/**
 * Signs a payload with secp256k1; the signed transaction is hex text that begins with `0x`.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const { transaction: pending } = request;
  const payload = parsePayload(pending, environment.network);
  const key = await chooseKey(request);
  const sender = addressOfPublicKey(key.publicKey);
  assertSender(payload.from, sender, pending.id);

  const transaction = await complete(payload, sender, environment);
  const signature = await signRecoverable(key, digestToSign(transaction));
  const { blockRef, expiration } = transaction;
  return {
    payload: serializeSigned(transaction, signature),
    transactionId: transactionId(transaction, sender),
    filledIn: filledInValues(payload, transaction),
    // A block reference begins with the number of the block; the block at the end of the time still counts.
    expiry: { kind: "height", value: (BigInt(blockRef) >> 32n) + expiration + 1n },
  };
}

async function complete(
  payload: TransactionPayload,
  sender: Hex,
  environment: ChainEnvironment,
): Promise<Transaction> {
  const { clauses, gas, dependsOn } = payload;
  return {
    clauses,
    gas: await estimateGas(clauses, sender, gas, environment),
    chainTag: await chainTagToSign(payload.chainTag, environment),
    blockRef: payload.blockRef ?? (await newestBlockRef(environment)),
    expiration: payload.expiration ?? DEFAULT_EXPIRATION,
    gasPriceCoef: payload.gasPriceCoef ?? 0n,
    ...(dependsOn !== undefined && { dependsOn }),
    nonce: payload.nonce ?? randomNonce(),
  };
}

async function newestBlockRef(environment: ChainEnvironment): Promise<Hex> {
  const { id } = await block("best", environment);
  return `0x${id.slice("0x".length, BLOCK_REF_LENGTH)}`;
}

function filledInValues(
  payload: TransactionPayload,
  transaction: Transaction,
): Readonly<Record<string, string>> {
  const filledIn: Record<string, string> = {};
  for (const field of ["chainTag", "blockRef", "expiration", "gasPriceCoef", "gas", "nonce"] as const) {
    if (payload[field] !== transaction[field]) filledIn[field] = String(transaction[field]);
  }
  return filledIn;
}

function assertSender(from: Hex | undefined, sender: Hex, id: string): void {
  if (from === undefined || from === sender) return;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} is to be sent from ${from}, but the wallet it names has the address ${sender}.`,
  );
}
