/** The jobs of the kit's vaults: one chain, an account with a number, a claim, a settled job. */
import type { PendingTransaction } from "../../chains/chain.ts";
import { Journal } from "../../src/journal/journal.ts";
import { UsedSequences } from "../../src/journal/sequences.ts";
import type { Vault } from "../../src/vault/vault.ts";

const transaction: Omit<PendingTransaction, "id"> = {
  chain: "ETH",
  serializedTransaction: "{}",
  hashes: [],
  signatures: [],
};

/** @param copy Where a copy of the vault is written before the last change. */
export async function recordJobs(vault: Vault, copy: string): Promise<void> {
  const journal = new Journal(vault, { chain: "ETH", network: "testnet" });
  const begin = (id: string) => journal.begin({ ...transaction, id }, "ab".repeat(32));
  const closed = await journal.move(begin("settled"), "seen");
  await journal.close(closed, "done", { txId: "0x01" });
  await journal.settle(Number.MAX_SAFE_INTEGER, 1);
  const sequence = { account: "0xsender", number: 5n };
  const signed = { payload: "0x", transactionId: "0x05", filledIn: {}, sequence };
  await journal.recordSigned(journal.approved(begin("sent")), signed, UsedSequences.none());
  const seen = await journal.move(begin("denied"), "seen");
  await vault.backup(copy);
  await journal.move(seen, "denied");
}
