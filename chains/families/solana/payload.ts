/**
 * The payload of a pending Solana transaction: JSON with the bytes of a message (`txData`), and the key of an NFT's mint.
 * https://solana.com/docs/core/transactions/transaction-structure
 */

import { hexToBytes } from "@noble/curves/utils.js";
import * as v from "valibot";
import type { PendingTransaction } from "../../chain.ts";
import { describeIssue } from "../../codec/issue.ts";
import { invalidPayload, payloadJson, readOnce } from "../payload.ts";
import { parseMessage, type SolanaMessage } from "./encode.ts";

/** A `serializedTransaction` that was read and understood. */
export interface TransactionPayload {
  readonly message: SolanaMessage;
  /** The secret key of one more signer, which the API made for this transaction: the mint account of an NFT. */
  readonly mintSecretKey?: string;
}

const payloadSchema = v.object({
  txData: v.pipe(
    v.string("must be hex text"),
    v.regex(/^([0-9a-fA-F]{2})+$/, "must be hex text of whole bytes"),
  ),
  mintPK: v.nullish(v.string("must be text")),
});

/**
 * Reads the `serializedTransaction` of a pending transaction.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export const parsePayload = readOnce(readPayload);

function readPayload(pending: PendingTransaction): TransactionPayload {
  const parsed = v.safeParse(payloadSchema, payloadJson(pending));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const problem = issue.path === undefined ? "it is not a JSON object" : describeIssue(issue);
    throw invalidPayload(pending, problem);
  }
  const { txData, mintPK } = parsed.output;
  const message = parseMessage(hexToBytes(txData));
  return mintPK === undefined || mintPK === null ? { message } : { message, mintSecretKey: mintPK };
}
