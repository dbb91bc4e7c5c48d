import { describe, expect, test } from "bun:test";
import { tron } from "../../../../chains/tron.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { EXPIRATION, requestOf, transfer } from "./node-transaction.ts";

describe("signing a TRON transaction", () => {
  test("tells when the network will not take it any more", async () => {
    const { expiry } = await tron.sign(requestOf(transfer()), offlineEnvironment());
    expect(expiry).toEqual({ kind: "time", value: BigInt(EXPIRATION) });
  });

  test("warns when that time has passed", async () => {
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message);
    const before = { warn, now: () => EXPIRATION - 1 };
    await tron.sign(requestOf(transfer()), offlineEnvironment(before));
    expect(warnings).toEqual([]);
    await tron.sign(requestOf(transfer()), offlineEnvironment({ warn, now: () => EXPIRATION }));
    expect(warnings).toEqual([expect.stringContaining("It expired at 2025-10-10T09:03:23.199Z")]);
  });

  test("keeps every member of the JSON and its order, and the account permission", async () => {
    const payload = { extra: 1n << 60n, ...transfer() };
    const { payload: signed } = await tron.sign(requestOf(payload), offlineEnvironment());
    expect(signed).toStartWith('{"extra":1152921504606846976,"visible":false,"txID":"');
    expect(signed).toMatch(/,"signature":\["[0-9a-f]{128}1[BC]"\]\}$/);
  });

  test("needs the key of the owner", async () => {
    const request = requestOf(transfer(), "11".repeat(32));
    await expect(tron.sign(request, offlineEnvironment())).rejects.toMatchObject({
      code: "INVALID_TRANSACTION",
      reportedText: "Private key does not match address in transaction",
    });
  });

  test("is refused when somebody signed it before", async () => {
    const request = requestOf({ ...transfer(), signature: [] });
    await expect(tron.sign(request, offlineEnvironment())).rejects.toThrow("Transaction is already signed");
  });
});
