/**
 * The proofs that a signed transaction can no longer land: its time bounds are over, or another one has used its sequence number.
 * https://developers.stellar.org/docs/data/apis/horizon/api-reference/resources/transactions
 * https://developers.stellar.org/docs/data/apis/horizon/api-reference/resources/ledgers
 */
import * as v from "valibot";
import type { ChainEnvironment, Proof, SignedTransaction } from "../../chain.ts";
import { readAnswer } from "../payload.ts";
import { type HeldTransaction, historyOf, proofOfHistory } from "../used-number.ts";
import { countTransactions } from "./node.ts";

/** Milliseconds that the account's server may be behind the one that told the ledger: 1 minute, of ledgers of 5 seconds. */
const MARGIN = 60_000n;

const ledgerAnswer = v.object({
  closed_at: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => Date.parse(text)),
    // Not every text of this form is a time.
    v.safeInteger("must be a time"),
    v.toBigint(),
  ),
});

/**
 * Whether a ledger was closed after the time bounds of these bytes while the account still waits for their number. The two answers
 * may be of two servers.
 * @throws ChainError
 */
export async function proveLapsed(
  { sequence, expiry }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (sequence === undefined || expiry?.kind !== "time") return "none";
  const path = "/v3/xlm/info";
  const { closed_at: closedAt } = readAnswer(await environment.get(path), path, ledgerAnswer);
  if (closedAt <= expiry.value + MARGIN) return "none";
  const next = await countTransactions(sequence.account, environment);
  return next <= sequence.number ? "several-answers" : "none";
}

const other = v.optional(v.object({ hash: v.string() }));
const historyEntry = v.pipe(
  v.object({
    hash: v.string(),
    source_account: v.string(),
    source_account_sequence: v.pipe(v.string(), v.regex(/^\d{1,19}$/), v.toBigint()),
    // Of a transaction whose fee another one raised.
    fee_bump_transaction: other,
    inner_transaction: other,
  }),
  v.transform((entry): HeldTransaction => {
    const { source_account: account, source_account_sequence: number, hash } = entry;
    const wrapped = [entry.fee_bump_transaction, entry.inner_transaction].flatMap((one) => one?.hash ?? []);
    return { account, number, ids: [hash, ...wrapped] };
  }),
);

/** Whether ledgers hold another transaction with the sequence number of these bytes. @throws ChainError */
export function proveReplaced(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof> {
  return proofOfHistory(signed, async (account) => {
    const path = `/v3/xlm/account/tx/${account}`;
    return readAnswer(await environment.get(path), path, historyOf(historyEntry));
  });
}
