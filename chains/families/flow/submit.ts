/**
 * Submission of a signed Flow transaction, the wait for its result, and the proof that it has expired unused.
 * https://developers.flow.com/http-api
 */

import type { ChainEnvironment, Proof, SignedTransaction, Whereabouts } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { releaseProposer } from "./co-signer.ts";
import { readRecorded } from "./encode.ts";
import {
  holdsBlock,
  newestBlock,
  sendTransaction,
  type TransactionResult,
  transactionResult,
} from "./node.ts";

const MILLISECONDS_BETWEEN_LOOKS = 2_500;
/** 1 minute. Transactions are usually sealed within 15 seconds. */
const LOOKS = 25;

/**
 * Hands the recorded bytes to the access node and looks until their result is final. May be called again with the same
 * bytes: the network takes a transaction only once.
 *
 * @returns the transaction id.
 * @throws ChainError `FAILED_ON_CHAIN` when the network carried it out without success, `NODE_REFUSED` when the node
 * refuses the bytes, `NODE_ANSWER_INVALID` when its result is not final yet.
 */
export async function submit(signed: SignedTransaction, environment: ChainEnvironment): Promise<string> {
  const id = signed.transactionId;
  const { body, proposerKeyIndex } = readRecorded(signed);
  try {
    const answered = await sendTransaction(body, environment);
    if (answered !== id) {
      throw new ChainError("NODE_ANSWER_INVALID", `The access node calls transaction ${id} ${answered}.`);
    }
  } catch (failure) {
    if (!(failure instanceof ChainError) || failure.code !== "NODE_REFUSED") throw failure;
    // A node may refuse what the network already took, for example because it has expired since.
    if (!isTaken(await transactionResult(id, environment))) {
      await releaseProposer(proposerKeyIndex, "", environment);
      throw failure;
    }
  }
  const { status, error_message } = await finalResult(id, environment);
  await releaseProposer(proposerKeyIndex, id, environment);
  if (error_message !== "") {
    throw new ChainError("FAILED_ON_CHAIN", error_message, { reportedText: error_message });
  }
  if (status === "sealed") return id;
  throw new ChainError("NODE_REFUSED", `Transaction ${id} expired before the Flow network took it.`);
}

async function finalResult(id: string, environment: ChainEnvironment): Promise<TransactionResult> {
  for (let look = 1; ; look++) {
    const result = await transactionResult(id, environment);
    if (result?.status === "sealed" || result?.status === "expired") return result;
    if (look === LOOKS) break;
    await environment.pause(MILLISECONDS_BETWEEN_LOOKS);
  }
  throw new ChainError(
    "NODE_ANSWER_INVALID",
    `Transaction ${id} is not sealed yet. The Flow network may still accept it; the same bytes will be sent again.`,
  );
}

/** Where a transaction stands. @throws ChainError */
export async function locate(
  { transactionId }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Whereabouts> {
  const result = await transactionResult(transactionId, environment);
  if (result === undefined || result.status === "expired") return "absent";
  if (result.status !== "sealed") return "pooled";
  return result.error_message === "" ? "confirmed" : "failed";
}

/**
 * Whether the network can no longer take the transaction and never did: the last block that may hold it is sealed, and
 * an access node that holds all blocks since its reference block does not know the transaction, or knows that it expired.
 * Each of these answers may come from another access node.
 *
 * @throws ChainError
 */
export async function proveExpired(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof> {
  const { expiry, transactionId } = signed;
  if (expiry?.kind !== "height") return "none";
  const { height } = await newestBlock("sealed", environment);
  if (height < expiry.value) return "none";
  if (!(await holdsBlock(readRecorded(signed).referenceBlock, environment))) return "none";
  const result = await transactionResult(transactionId, environment);
  if (result?.status === "expired") return "one-answer";
  return result === undefined ? "several-answers" : "none";
}

function isTaken(result: TransactionResult | undefined): boolean {
  return result !== undefined && result.status !== "expired";
}
