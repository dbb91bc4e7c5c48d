/**
 * Submission of a signed Solana transaction, its confirmation, and the proof that it has expired unused.
 * https://solana.com/docs/rpc, https://solana.com/developers/guides/advanced/confirmation
 */

import * as v from "valibot";
import type { ChainEnvironment, Proof, SignedTransaction, Whereabouts } from "../../chain.ts";
import { type JsonValue, stringifyExactJson } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";
import { callTogether, type RpcCall } from "../rpc-batch.ts";
import { callNode, NODE_PATH } from "./node.ts";

/** Milliseconds before each look after the first. A transaction is usually confirmed within 2 seconds. */
const PAUSES = [500, 1_000, 1_500, 2_000, 3_000, 4_000];

/** What the network says of a transaction: it does not know it, it carried it out, or it tried and failed. */
type Fate = { readonly kind: "unknown" | "succeeded" } | { readonly kind: "failed"; readonly reason: string };

const transactionError = v.optional(v.unknown());
const confirmedTransaction = v.nullable(v.object({ meta: v.nullable(v.object({ err: transactionError })) }));
const signatureStatuses = v.object({
  context: v.optional(v.object({ slot: v.optional(v.unknown()) })),
  value: v.tuple([
    v.nullable(v.object({ err: transactionError, confirmationStatus: v.optional(v.unknown()) })),
  ]),
});
const wholeNumber = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be a whole number"),
  v.minValue(0),
);

const epochInfo = v.object({ absoluteSlot: wholeNumber, blockHeight: wholeNumber });

/**
 * Hands the recorded bytes to the node and looks until the network has carried them out. May be called again with the
 * same bytes: the network takes a transaction only once.
 *
 * @returns the transaction id.
 * @throws ChainError `FAILED_ON_CHAIN` when the network carried it out without success, `NODE_REFUSED` when the node
 * refuses the bytes, `NODE_ANSWER_INVALID` when it is not confirmed yet.
 */
export async function submit(signed: SignedTransaction, environment: ChainEnvironment): Promise<string> {
  const id = signed.transactionId;
  await send(signed, environment);
  let fate = await fateOf(id, environment);
  for (const milliseconds of PAUSES) {
    if (fate.kind !== "unknown") break;
    await environment.pause(milliseconds);
    fate = await fateOf(id, environment);
  }
  if (fate.kind === "succeeded") return id;
  if (fate.kind === "failed") throw failedOnChain(id, fate.reason);
  throw new ChainError(
    "NODE_ANSWER_INVALID",
    `Transaction ${id} has not been confirmed yet. It may still be accepted by the Solana network; the same bytes ` +
      "will be sent again.",
  );
}

async function send(
  { payload, transactionId }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<void> {
  try {
    const params = [payload, { encoding: "base64", preflightCommitment: "confirmed" }];
    await callNode(environment, "sendTransaction", params, v.string("must be the transaction id"));
  } catch (failure) {
    if (!(failure instanceof ChainError) || failure.code !== "NODE_REFUSED") throw failure;
    // A node refuses what the network already took: as processed before, or because its blockhash has expired since.
    if (/already (?:been )?processed|AlreadyProcessed/i.test(failure.message)) return;
    if (await isKnown(transactionId, environment)) return;
    throw new ChainError("NODE_REFUSED", `failed to send transaction: ${failure.message}`, {
      cause: failure,
    });
  }
}

async function fateOf(id: string, environment: ChainEnvironment): Promise<Fate> {
  const found = await lookFor(id, environment);
  if (found?.meta == null) return { kind: "unknown" };
  const { err } = found.meta;
  return err == null ? { kind: "succeeded" } : { kind: "failed", reason: stringifyExactJson(err) };
}

/** A node that does not want to tell has not refused the transaction, which was handed over before. */
async function lookFor(id: string, environment: ChainEnvironment) {
  const params = [id, { commitment: "confirmed", encoding: "json", maxSupportedTransactionVersion: 1 }];
  try {
    return await callNode(environment, "getTransaction", params, confirmedTransaction);
  } catch (failure) {
    if (!(failure instanceof ChainError) || failure.code !== "NODE_REFUSED") throw failure;
    throw new ChainError(
      "NODE_ANSWER_INVALID",
      `Transaction ${id} was sent, but the node does not tell what became of it: ${failure.message}.`,
      { cause: failure },
    );
  }
}

/** Whether a node remembers the transaction. Without an answer it counts as unknown: the refusal then stands. */
async function isKnown(id: string, environment: ChainEnvironment): Promise<boolean> {
  try {
    return (await statusOf(id, environment)).value[0] !== null;
  } catch (failure) {
    if (failure instanceof ChainError) return false;
    throw failure;
  }
}

function statusCall(id: string): RpcCall {
  return { method: "getSignatureStatuses", params: [[id], { searchTransactionHistory: true }] };
}

async function statusOf(id: string, environment: ChainEnvironment) {
  const { method, params } = statusCall(id);
  return callNode(environment, method, params, signatureStatuses);
}

/** Where a transaction stands: a node searches all blocks it holds. @throws ChainError */
export async function locate(
  { transactionId }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Whereabouts> {
  const [status] = (await statusOf(transactionId, environment)).value;
  if (status === null) return "absent";
  if (status.confirmationStatus === "processed") return "pooled";
  return status.err == null ? "confirmed" : "failed";
}

const finalized: RpcCall = { method: "getEpochInfo", params: [{ commitment: "finalized" }] };
const firstHeldBlock: RpcCall = { method: "getFirstAvailableBlock", params: [] };

/**
 * Whether the network can no longer take the transaction and never did: the last block its blockhash is good for is
 * final, and a node that still holds all blocks since the blockhash was asked for does not know the transaction. A node
 * that has forgotten them, or has not come that far, would not know it either way.
 *
 * @throws ChainError
 */
export async function proveExpired(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof> {
  const { expiry, transactionId, filledIn } = signed;
  const signedAt = filledIn["slot"];
  if (expiry?.kind !== "height" || signedAt === undefined) return "none";
  const { method, params } = finalized;
  if (BigInt((await callNode(environment, method, params, epochInfo)).blockHeight) <= expiry.value)
    return "none";
  // All of it again, so that one node says it.
  const calls = [finalized, firstHeldBlock, statusCall(transactionId)];
  const { results, isOneAnswer } = await callTogether(NODE_PATH, calls, environment);
  if (!showsAbsence(results, expiry.value, BigInt(signedAt))) return "none";
  return isOneAnswer ? "one-answer" : "several-answers";
}

/** @param results the answers to {@link finalized}, {@link firstHeldBlock} and {@link statusCall} */
function showsAbsence(
  [epoch = null, first = null, status = null]: readonly JsonValue[],
  lastHeight: bigint,
  signedAt: bigint,
): boolean {
  const { absoluteSlot, blockHeight } = readAnswer(epoch, finalized.method, epochInfo);
  if (BigInt(blockHeight) <= lastHeight) return false;
  if (BigInt(readAnswer(first, firstHeldBlock.method, wholeNumber)) > signedAt) return false;
  const { value, context } = readAnswer(status, "getSignatureStatuses", signatureStatuses);
  // Each answer may be of another node. One that lags has not seen the blocks yet in which it may have landed.
  const seen = context?.slot;
  return value[0] === null && typeof seen === "number" && seen >= absoluteSlot;
}

function failedOnChain(id: string, reason: string): ChainError {
  return new ChainError(
    "FAILED_ON_CHAIN",
    `Transaction ${id} failed on the Solana network with the error ${reason}.`,
  );
}
