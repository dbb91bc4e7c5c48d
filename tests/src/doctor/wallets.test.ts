import { describe, expect, test } from "bun:test";
import { walletFindings } from "../../../src/doctor/wallets.ts";
import { named, statuses } from "./found.ts";

describe("the wallets", () => {
  const many = (count: number, chain: string) =>
    Array.from({ length: count }, (_, at) => ({ signatureId: String(at), chain, testnet: false }));

  test("are of chains that live, and fewer than the API takes", async () => {
    expect(statuses(await walletFindings(many(20_000, "ETH")))).toEqual({
      "wallet-count": "ok",
      "closed-chains": "ok",
    });
  });

  test("warn near 25,000 of one chain, and fail above", async () => {
    expect(named(await walletFindings(many(20_001, "ETH")), "wallet-count").status).toBe("warning");
    expect(named(await walletFindings(many(25_001, "ETH")), "wallet-count").status).toBe("failure");
  });

  test("of a chain that was closed are told, with the date", async () => {
    expect(named(await walletFindings(many(1, "BNB")), "closed-chains")).toMatchObject({ status: "warning" });
  });
});
