/** As many as fit into the lifetime of a blockhash, with room to spare. */
const REMEMBERED = 10_000;

const pendingIdsByTransactionId = new Map<string, string>();

/**
 * Claims a transaction id for a pending transaction. Two payments of the same amount between the same accounts under
 * the same blockhash are the same bytes: the network would carry them out once, and both would count as done.
 *
 * @returns false when the id belongs to another pending transaction.
 */
export function claimTransactionId(transactionId: string, pendingId: string): boolean {
  const owner = pendingIdsByTransactionId.get(transactionId);
  if (owner !== undefined) return owner === pendingId;
  pendingIdsByTransactionId.set(transactionId, pendingId);
  if (pendingIdsByTransactionId.size > REMEMBERED) {
    const [oldest] = pendingIdsByTransactionId.keys();
    if (oldest !== undefined) pendingIdsByTransactionId.delete(oldest);
  }
  return true;
}
