import { expect, test } from "bun:test";
import { isAlreadyKnown } from "../../../src/signing/submission.ts";

const ID = `0x${"ab".repeat(32)}`;
const ALGORAND_ID = "JBR3KGFEWPEE5SAQ6IWU6EEBZMHXD4CZU6WCBXWGF57XBZIJHIRA";

const known = [
  "HTTP 403, ethereum.broadcast.failed, already known",
  "known transaction: 2f9c",
  "Known transaction",
  "AlreadyKnown",
  "transaction already imported",
  "Transaction with the same hash was already imported.",
  "txn-already-in-mempool",
  "txn-already-known",
  "Transaction already in block chain",
  "transaction already in blockchain",
  "Transaction outputs already in utxo set",
  "TransactionPool.Remember: transaction already in ledger",
  "DUP_TRANSACTION_ERROR : Dup transaction.",
  "tefALREADY: The same exact transaction has already been applied.",
  "broadcast_tx_sync: tx already exists in cache",
  `already known: ${ID}`,
  `known transaction: ${ID.slice(2)}`,
];

const others = [
  "nonce too low",
  "unknown transaction type",
  "replacement transaction underpriced",
  "txn-mempool-conflict",
  "insufficient funds for gas * price + value",
  "min relay fee not met",
  "bad-txns-inputs-missingorspent",
  "tefPAST_SEQ",
  "tx_bad_seq",
  "lowerNonceInTx: true",
  "BadInputsUTxO",
  `already known: 0x${"cd".repeat(32)}`,
  `transaction already in ledger: ${ALGORAND_ID}`,
  "",
];

test("a refusal that says that the node has these bytes is told from all others", () => {
  expect(known.filter((reason) => !isAlreadyKnown(reason, ID))).toEqual([]);
  expect(others.filter((reason) => isAlreadyKnown(reason, ID))).toEqual([]);
});

test("a refusal that names the transaction itself is about it, as every chain writes ids", () => {
  expect(isAlreadyKnown(`transaction already in ledger: ${ALGORAND_ID}`, ALGORAND_ID)).toBe(true);
});
