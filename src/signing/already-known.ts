import { sameTransactionId } from "../tatum/same-transaction-id.ts";

/**
 * How nodes say that they have these very bytes already: Bitcoin Core and its relatives (`txn-already-in-mempool`,
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
 * Whether a refusal says that the very transaction is out already, so that it is none. Words that say only that a nonce, a
 * sequence number or an input is used up do not: another transaction may have used it.
 *
 * @param transactionId of the bytes that were refused; a refusal that names another one is not about them
 */
export function isAlreadyKnown(reason: string, transactionId: string): boolean {
  if (!ALREADY_KNOWN.test(reason)) return false;
  const named = reason.match(TRANSACTION_IDS) ?? [];
  return named.length === 0 || named.some((id) => sameTransactionId(id, transactionId));
}
