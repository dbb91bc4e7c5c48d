/**
 * How nodes say that they have these very bytes already: Bitcoin Core and its relatives (`txn-already-in-mempool`,
 * `txn-already-known`, "Transaction already in block chain", "Transaction outputs already in utxo set"), geth and
 * Erigon ("already known"), Besu ("Known transaction"), Nethermind ("AlreadyKnown"), anvil and OpenEthereum
 * ("already imported").
 */
const ALREADY_KNOWN =
  /txn-already-(in-mempool|known)|already in (block ?chain|utxo set|mempool)|\balready ?known\b|\bknown transaction\b|already imported/i;

/** Whether a refusal says that the transaction is out already, so that it is none. */
export function isAlreadyKnown(reason: string): boolean {
  return ALREADY_KNOWN.test(reason);
}
