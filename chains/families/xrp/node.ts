/**
 * What the XRP Ledger tells of an account, as the Tatum API hands it on.
 * https://xrpl.org/docs/references/protocol/ledger-data/ledger-entry-types/accountroot
 */
import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import { jsonInteger, wholeNumberOrText } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";

const accountAnswer = v.object({ account_data: v.object({ Sequence: jsonInteger(2n ** 32n - 1n) }) });

/**
 * The sequence number that the account's next transaction has to have. The API answers from the ledger that is open now
 * (`validated` is false), so that what it counts is final a few seconds later
 * (https://apidoc.tatum.io/tag/XRP#operation/XrpGetAccountInfo).
 * @throws ChainError
 */
export async function countTransactions(account: string, environment: ChainEnvironment): Promise<bigint> {
  const path = `/v3/xrp/account/${account}`;
  return readAnswer(await environment.get(path), path, accountAnswer).account_data.Sequence;
}

const feeAnswer = v.object({ drops: v.object({ open_ledger_fee: wholeNumberOrText(2n ** 63n - 1n) }) });

/** The fee in drops for which a transaction gets into the open ledger now. @throws ChainError */
export async function openLedgerFee(environment: ChainEnvironment): Promise<bigint> {
  const path = "/v3/xrp/fee";
  return readAnswer(await environment.get(path), path, feeAnswer).drops.open_ledger_fee;
}
