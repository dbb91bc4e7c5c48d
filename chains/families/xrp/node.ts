/**
 * What the XRP Ledger tells of an account, as the Tatum API hands it on.
 * https://xrpl.org/docs/references/protocol/ledger-data/ledger-entry-types/accountroot
 */
import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import { jsonInteger, wholeNumberOrText } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";

/** A number of 32 bits without a sign: a sequence number, the index of a ledger. */
export const unsigned32 = jsonInteger(2n ** 32n - 1n);
const accountAnswer = v.object({
  account_data: v.object({ Sequence: unsigned32 }),
  ledger_current_index: v.optional(unsigned32, 0),
});

/** What an account stands at in the ledger that is open now. */
export interface AccountNow {
  /** The sequence number that its next transaction has to have. */
  readonly next: bigint;
  /** The index of that ledger; 0 where the answer does not tell. */
  readonly openLedger: bigint;
}

/**
 * The API answers from the ledger that is open now (`validated` is false), so that what it counts is final a few seconds later
 * (https://apidoc.tatum.io/tag/XRP#operation/XrpGetAccountInfo).
 * @throws ChainError
 */
export async function accountNow(account: string, environment: ChainEnvironment): Promise<AccountNow> {
  const path = `/v3/xrp/account/${account}`;
  const answer = readAnswer(await environment.get(path), path, accountAnswer);
  return { next: answer.account_data.Sequence, openLedger: answer.ledger_current_index };
}

/** The sequence number that the account's next transaction has to have. @throws ChainError */
export async function countTransactions(account: string, environment: ChainEnvironment): Promise<bigint> {
  return (await accountNow(account, environment)).next;
}

const feeAnswer = v.object({ drops: v.object({ open_ledger_fee: wholeNumberOrText(2n ** 63n - 1n) }) });

/** The fee in drops for which a transaction gets into the open ledger now. @throws ChainError */
export async function openLedgerFee(environment: ChainEnvironment): Promise<bigint> {
  const path = "/v3/xrp/fee";
  return readAnswer(await environment.get(path), path, feeAnswer).drops.open_ledger_fee;
}
