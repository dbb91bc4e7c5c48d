import { describe, expect, test } from "bun:test";
import { jobFilter } from "../../../src/cli/job-filter.ts";
import { caught } from "../vault/caught.ts";

const NOW = 1_000_000_000_000;

describe("the options that choose jobs", () => {
  test.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["12h", 43_200_000],
    ["7d", 604_800_000],
  ])("--older-than=%s", (text, milliseconds) => {
    expect(jobFilter({ "older-than": text }, NOW).until).toBe(NOW - milliseconds);
  });

  test("--chain names chains, --account one of them", () => {
    expect(jobFilter({ chain: "eth,BTC", account: "0xA" })).toMatchObject({
      chains: ["ETH", "BTC"],
      account: "0xA",
    });
  });

  test.each([
    { "older-than": "5" },
    { "older-than": "-5m" },
    { "older-than": "1w" },
    { chain: "XYZ" },
    { account: "0xA" },
  ])("%j is refused", async (args) => {
    expect(await caught(() => jobFilter(args))).toMatchObject({ code: "USAGE" });
  });
});
