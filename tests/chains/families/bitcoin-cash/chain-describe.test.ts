import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { bitcoinCash } from "../../../../chains/bch.ts";
import { ChainError } from "../../../../chains/error.ts";
import { payload, pending } from "./payment.ts";

/** HASH160 of the first translation example of the CashAddr specification. */
const HASH = "76a04053bda0a88bda5177b86a15c3b29f559873";

describe("addresses of outputs of Bitcoin Cash", () => {
  test.each([
    ["mainnet", `76a914${HASH}88ac`, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"],
    ["mainnet", `a914${HASH}87`, "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"],
    [
      "testnet",
      "aa203173ef6623c6b48ffd1a3dcc0cc6489b0a07bb47a37f47cfef4fe69de825c06087",
      "bchtest:pvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq7fqng6m6",
    ],
  ] as const)("on %s: %s", (network, script, address) => {
    expect(describeOutput(script, network)).toEqual([
      { kind: "transfer", to: address, amount: "5000000000", asset: "BCH" },
      { kind: "fee", amount: "1", asset: "BCH" },
    ]);
  });

  test.each([
    ["a witness program, which means nothing on Bitcoin Cash", `0014${HASH}`],
    ["an output with tokens", `ef${"bb".repeat(32)}1001${`76a914${HASH}88ac`}`],
    ["a bare public key", `21${"02".repeat(33)}ac`],
  ])("%s is opaque and shows the script", (_, script) => {
    expect(describeOutput(script, "mainnet")[0]).toEqual({
      kind: "opaque",
      reason: `5000000000 satoshi go to an output script without an address: ${script}`,
    });
  });
});

test("data in an output of Bitcoin Cash is told", () => {
  const output = { amount: 0n, script: hex.decode("6a026b6d") };
  expect(bitcoinCash.describe(pending(payload([1_000], { outputs: [output] })), "mainnet")).toEqual([
    { kind: "data", hex: "6b6d" },
    { kind: "fee", amount: "1000", asset: "BCH" },
  ]);
});

test("outputs of Bitcoin Cash above the inputs are not described as if they were possible", () => {
  const output = { amount: 1_001n, script: hex.decode("6a") };
  expect(() => bitcoinCash.describe(pending(payload([1_000], { outputs: [output] })), "mainnet")).toThrow(
    ChainError,
  );
});

test("a payload that is not understood is not described", () => {
  expect(() => bitcoinCash.describe(pending("00"), "mainnet")).toThrow(ChainError);
});

function describeOutput(script: string, network: "mainnet" | "testnet") {
  const outputs = [{ amount: 5_000_000_000n, script: hex.decode(script) }];
  return bitcoinCash.describe(pending(payload([5_000_000_001n], { outputs })), network);
}
