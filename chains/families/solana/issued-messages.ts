/**
 * The messages that were signed for pending transactions: Solana carries out equal messages once, whoever asked for them.
 * https://solana.com/docs/core/transactions/transaction-pipeline
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Recent } from "../../codec/recent.ts";

/** As many as fit into the lifetime of a blockhash, with room to spare. */
const REMEMBERED = 10_000;

const pendingIdsByMessage = new Recent<string>(REMEMBERED);

/**
 * Claims a message for a pending transaction. Two payments of the same amount between the same accounts under the same
 * blockhash are one message, whatever its signatures are (the network keeps the hashes of messages it has processed):
 * both payments would count as done.
 *
 * @returns false when the message belongs to another pending transaction.
 */
export function claimMessage(message: Uint8Array, pendingId: string): boolean {
  const digest = bytesToHex(sha256(message));
  const owner = pendingIdsByMessage.get(digest);
  if (owner !== undefined) return owner === pendingId;
  pendingIdsByMessage.set(digest, pendingId);
  return true;
}
