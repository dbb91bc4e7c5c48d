import { describe, expect, test } from "bun:test";
import algosdk from "algosdk";
import { algorand } from "../../../../chains/algo.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { addressJson, OTHER, payment, requestOf, SENDER } from "./transaction-object.ts";

const sign = async (payload: unknown, settings: Record<string, string> = {}) =>
  algorand.sign(requestOf(payload), offlineEnvironment({ setting: (name) => settings[name] }));

const decode = (hex: string) => algosdk.decodeSignedTransaction(Buffer.from(hex, "hex"));

describe("signing an Algorand transaction", () => {
  test("names the first round that cannot hold it any more", async () => {
    expect((await sign(payment())).expiry).toEqual({ kind: "height", value: 13_467n });
  });

  test("takes the fee as it is, also when the JSON says that it is not flat", async () => {
    const { payload } = await sign(payment({ flatFee: false, fee: 1000 }));
    expect(decode(payload).txn.fee).toBe(1000n);
  });

  test("carries over the lease, the group and the new key of an account", async () => {
    const [lease, group] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const { payload } = await sign(payment({ lease, group, reKeyTo: addressJson(OTHER) }));
    const { txn } = decode(payload);
    expect([...txn.lease!]).toEqual([...lease]);
    expect([...txn.group!]).toEqual([...group]);
    expect(String(txn.rekeyTo)).toBe(OTHER);
  });

  test("needs the key of the sender", async () => {
    const request = payment({ from: addressJson(OTHER) });
    await expect(sign(request)).rejects.toThrow(`is to be sent from ${OTHER}, but the wallet it names has`);
  });

  test("takes another key for an account that the operator says was rekeyed", async () => {
    const settings = { TATUM_KMS_ALGO_REKEYED_ACCOUNTS: `${SENDER}, ${OTHER}` };
    const { payload } = await sign(payment({ from: addressJson(OTHER) }), settings);
    expect(String(decode(payload).sgnr)).toBe(SENDER);
  });
});
