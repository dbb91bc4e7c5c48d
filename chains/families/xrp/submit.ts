/**
 * The proofs that a signed transaction can no longer land: its ledgers are over, or another one has used its sequence number.
 * https://xrpl.org/docs/concepts/transactions/reliable-transaction-submission
 * https://xrpl.org/docs/references/http-websocket-apis/public-api-methods/account-methods/account_tx
 */
import * as v from "valibot";
import type { ChainEnvironment, Proof, SignedTransaction } from "../../chain.ts";
import { readAnswer } from "../payload.ts";
import { type HeldTransaction, historyOf, proofOfHistory } from "../used-number.ts";
import { accountNow, unsigned32 } from "./node.ts";

/** About a minute: the ledger that is open now, and the few before it, may still be replaced by others. */
const LEDGERS_UNTIL_FINAL = 20n;

/**
 * Whether `LastLedgerSequence` has passed while the account still waits for the number of these bytes, both of one answer.
 * @throws ChainError
 */
export async function proveLapsed(
  { sequence, expiry }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (sequence === undefined || expiry?.kind !== "height") return "none";
  const { next, openLedger } = await accountNow(sequence.account, environment);
  const isOver = openLedger > expiry.value + LEDGERS_UNTIL_FINAL;
  return isOver && next <= sequence.number ? "several-answers" : "none";
}

/** One with a ticket has the number 0. */
const validatedTransaction = v.pipe(
  v.object({
    validated: v.literal(true),
    tx: v.object({ Account: v.string(), Sequence: unsigned32, hash: v.string() }),
  }),
  v.transform(({ tx }): HeldTransaction => ({ account: tx.Account, number: tx.Sequence, ids: [tx.hash] })),
);
const historyAnswer = v.object({ transactions: historyOf(validatedTransaction) });

/** Whether validated ledgers hold another transaction with the sequence number of these bytes. @throws ChainError */
export function proveReplaced(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof> {
  return proofOfHistory(signed, async (account) => {
    const path = `/v3/xrp/account/tx/${account}`;
    return readAnswer(await environment.get(path), path, historyAnswer).transactions;
  });
}
