/**
 * What Horizon tells of an account, as the Tatum API hands it on.
 * https://developers.stellar.org/docs/data/apis/horizon/api-reference/resources/accounts/object
 */
import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import { wholeNumberOrText } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";

const accountAnswer = v.object({ sequence: wholeNumberOrText(2n ** 63n - 1n) });

/**
 * The sequence number that the account's next transaction has to have: one above the last
 * (https://apidoc.tatum.io/tag/Stellar#operation/XlmGetAccountInfo).
 * @throws ChainError
 */
export async function countTransactions(account: string, environment: ChainEnvironment): Promise<bigint> {
  const path = `/v3/xlm/account/${account}`;
  return readAnswer(await environment.get(path), path, accountAnswer).sequence + 1n;
}
