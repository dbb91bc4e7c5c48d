/** A number of an XRP Ledger account used up by a transaction that pays nobody. */
import { describe, expect, test } from "bun:test";
import { decode } from "xrpl";
import type { NumberToUse } from "../../../../chains/chain.ts";
import { xrpLedger } from "../../../../chains/xrp.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { requestOf } from "../../signing-request.ts";

describe("the XRP Ledger", () => {
  const wallet = { secret: "snoPBrXtMeMyMHUVTgbuqAfg1SUTb", address: "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh" };
  const environment = offlineEnvironment({
    // The example of the Tatum API's reference, GET /v3/xrp/fee (model XrpFee).
    get: async (path) => {
      expect(path).toBe("/v3/xrp/fee");
      const drops = { base_fee: "10", median_fee: "5000", minimum_fee: "10", open_ledger_fee: "10" };
      return { current_ledger_size: "8", drops, ledger_current_index: 760411 };
    },
  });

  async function signed(instead: NumberToUse["instead"]) {
    const payload = await xrpLedger.noOperation!(
      { account: wallet.address, number: 70n, instead },
      environment,
    );
    return xrpLedger.sign(requestOf(payload, wallet, xrpLedger), environment);
  }

  test("an AccountSet that sets nothing, for a quarter more than the open ledger asks", async () => {
    const { payload, sequence, expiry } = await signed([]);
    expect(decode(payload)).toMatchObject({ TransactionType: "AccountSet", Sequence: 70, Fee: "13" });
    expect(Object.keys(decode(payload)).sort()).toEqual([
      "Account",
      "Fee",
      "Sequence",
      "SigningPubKey",
      "TransactionType",
      "TxnSignature",
    ]);
    expect({ sequence, expiry }).toEqual({
      sequence: { account: wallet.address, number: 70n },
      expiry: undefined,
    });
  });

  test("for a quarter more than the transaction whose place it takes", async () => {
    const dear = { TransactionType: "AccountSet", Account: wallet.address, Sequence: 70, Fee: "1000" };
    const other = await xrpLedger.sign(requestOf(dear, wallet, xrpLedger), environment);
    expect(decode((await signed([other])).payload)).toMatchObject({ Fee: "1251" });
  });
});
