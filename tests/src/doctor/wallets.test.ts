import { describe, expect, test } from "bun:test";
import { backupFinding, walletFindings } from "../../../src/doctor/wallets.ts";
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

describe("the last backup", () => {
  const day = 86_400_000;
  const now = 100 * day;

  test.each([
    [
      "was made a month ago, with all wallets",
      { at: 70 * day, added: 0 },
      5,
      "ok",
      "The last backup was made at 1970-03-12T00:00:00.000Z.",
    ],
    ["is older", { at: 69 * day, added: 0 }, 5, "warning", "1970-03-11T00:00:00.000Z, 31 days ago."],
    ["lacks wallets", { at: now, added: 2 }, 5, "warning", "wallets that were added since: 2."],
    ["was never made", undefined, 5, "warning", "No backup was ever made of this vault."],
    ["is of nothing", undefined, 0, "ok", "There are no wallets to back up."],
  ] as const)("%s", (_, backup, wallets, status, message) => {
    const found = backupFinding(backup, wallets, now);
    expect(found).toMatchObject({ check: "backup", status, message: expect.stringContaining(message) });
  });
});
