import { expect, test } from "bun:test";
import { isAlreadyKnown } from "../../../src/signing/already-known.ts";

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
];

const others = [
  "nonce too low",
  "unknown transaction type",
  "replacement transaction underpriced",
  "txn-mempool-conflict",
  "insufficient funds for gas * price + value",
  "min relay fee not met",
  "bad-txns-inputs-missingorspent",
  "",
];

test("a refusal that says that the node has these bytes is told from all others", () => {
  expect(known.filter((reason) => !isAlreadyKnown(reason))).toEqual([]);
  expect(others.filter(isAlreadyKnown)).toEqual([]);
});
