/** Signed bytes handed over once, to the Tatum API or by their chain itself, and what the answer means. The journal is not changed. */
import type { Chain } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import { ApiUnavailable, KmsError } from "../errors.ts";
import { type Job, signedOfRecord } from "../journal/job.ts";
import type { BroadcastAnswer } from "../tatum/api.ts";
import type { TatumPlace } from "../tatum/connection.ts";
import { sameTransactionId } from "../tatum/transaction-id.ts";
import type { Witnesses } from "./whereabouts.ts";

/**
 * Words with which nodes hint that they have these very bytes already: Bitcoin Core and its relatives (`txn-already-in-mempool`,
 * `txn-already-known`, "Transaction already in block chain", "Transaction outputs already in utxo set"), geth and
 * Erigon ("already known"), Besu ("Known transaction"), Nethermind ("AlreadyKnown"), anvil and OpenEthereum
 * ("already imported"), Algorand ("transaction already in ledger"), java-tron (DUP_TRANSACTION_ERROR), the XRP Ledger
 * (tefALREADY, "The same exact transaction has already been applied"), CometBFT ("tx already exists in cache").
 */
const ALREADY_KNOWN =
  /txn-already-(in-mempool|known)|already in (block ?chain|utxo set|mempool|ledger)|\balready ?known\b|\bknown transaction\b|already imported|\bDUP_TRANSACTION_ERROR\b|\btefALREADY\b|tx already exists in cache/i;

/** Transaction ids as hexadecimal, and as Algorand writes them. */
const TRANSACTION_IDS = /\b(?:0x)?[0-9a-f]{64}\b|\b[A-Z2-7]{52}\b/gi;

/**
 * Whether a refusal sounds as if the very transaction is out already. That is a hint and no proof: the chain is asked. Words
 * that say only that a nonce, a sequence number or an input is used up are none: another transaction may have used it.
 *
 * @param transactionId of the bytes that were refused; a refusal that names another one is not about them
 */
export function isAlreadyKnown(reason: string, transactionId: string): boolean {
  if (!ALREADY_KNOWN.test(reason)) return false;
  const named = reason.match(TRANSACTION_IDS) ?? [];
  return named.length === 0 || named.some((id) => sameTransactionId(id, transactionId));
}

/** The network carried the transaction out, and it failed there. Its bytes are used up. */
interface FailedOnChain {
  readonly kind: "failed-on-chain";
  readonly reason: string;
  readonly reportedText: string;
}

export type SubmitAnswer = BroadcastAnswer | FailedOnChain;

/**
 * An answer under another transaction id than ours is about something else. The id of every chain here follows from the signed
 * bytes: it is their hash (BTC, LTC, DOGE, BCH without witnesses; ETH, BSC, MATIC, CELO, KLAY, ONE, XDC, KCS; BNB, XRP, EGLD,
 * FLOW), the hash of what was signed (ADA, ALGO, TRON, XLM; VET with the sender), or the first signature (SOL).
 */
function judged(answer: SubmitAnswer, transactionId: string): SubmitAnswer {
  if (answer.kind !== "accepted" || sameTransactionId(answer.txId, transactionId)) return answer;
  const reason = `the API calls it ${answer.txId}, but the bytes signed here have the id ${transactionId}`;
  return { kind: "unclear", reason };
}

/** What a chain's own submission came to when it failed; failures of this program itself are thrown on. */
function submitFailure(failure: unknown): SubmitAnswer {
  // A node that did not answer as agreed may have taken the transaction all the same.
  if (failure instanceof ChainError && failure.code === "FAILED_ON_CHAIN") {
    return { kind: "failed-on-chain", reason: failure.message, reportedText: failure.reportedText };
  }
  if (failure instanceof ChainError) {
    const kind = failure.code === "NODE_ANSWER_INVALID" ? "unclear" : "refused";
    return { kind, reason: failure.message };
  }
  if (failure instanceof ApiUnavailable && failure.retryAfter !== undefined) {
    return { kind: "unclear", reason: failure.message, retryAfter: failure.retryAfter };
  }
  if (failure instanceof KmsError) return { kind: "unclear", reason: failure.message };
  throw failure;
}

/** Hands the recorded bytes of a job over, once, and says what was answered; changes nothing in the journal. */
export async function submitBytes(
  job: Job,
  { chain, environment, api }: Witnesses & { readonly chain: Pick<Chain, "facts" | "submit"> },
  place?: TatumPlace,
): Promise<SubmitAnswer> {
  if (job.signed === undefined) throw new KmsError("JOURNAL", `Job ${job.id} holds no signed bytes.`);
  let txData = job.signed.payload;
  if (chain.submit !== undefined) {
    try {
      txData = await chain.submit(signedOfRecord(job.signed), environment);
    } catch (failure) {
      return submitFailure(failure);
    }
  }
  const broadcast = {
    path: chain.facts.broadcastPath,
    currency: job.chain,
    txData,
    ...(job.isRepair !== true && { signatureId: job.id }),
    withdrawalId: chain.facts.offChainWithdrawal ? job.withdrawalId : undefined,
  };
  return judged(await api.broadcast(broadcast, place), job.signed.transactionId);
}
