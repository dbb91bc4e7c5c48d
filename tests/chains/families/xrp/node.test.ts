import { expect, test } from "bun:test";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { countTransactions } from "../../../../chains/families/xrp/node.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

const ACCOUNT = "rDA3DJBUBjA1X3PtLLFAEXxX31oA5nL3QF";

function answering(response: JsonValue) {
  const asked: string[] = [];
  const environment = offlineEnvironment({
    get: async (path) => {
      asked.push(path);
      return response;
    },
  });
  return { asked, environment };
}

test("the next number of an account is the Sequence of the Tatum API's answer", async () => {
  // The members and the figures of XrpAccount and XrpAccountAccountData in the API's reference,
  // https://apidoc.tatum.io/tag/XRP#operation/XrpGetAccountInfo
  const { asked, environment } = answering({
    account_data: {
      Account: ACCOUNT,
      Balance: "999999999960",
      Flags: 8388608,
      LedgerEntryType: "AccountRoot",
      OwnerCount: 0,
      PreviousTxnID: "0D5FB50FA65C9FE1538FD7E398FFFE9D1908DFA4576D8D7A020040686F93C77D",
      PreviousTxnLgrSeq: 14091160,
      Sequence: 336,
      index: "13F1A95D7AAB7108D5CE7EEAF504B2894B8C674E6D68499076441C4837282BF8",
    },
    ledger_current_index: 760476,
    validated: false,
  });
  expect(await countTransactions(ACCOUNT, environment)).toBe(336n);
  expect(asked).toEqual([`/v3/xrp/account/${ACCOUNT}`]);
});

test("an answer without it is refused", async () => {
  const { environment } = answering({ account_data: { Account: ACCOUNT } });
  expect(countTransactions(ACCOUNT, environment)).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
});
