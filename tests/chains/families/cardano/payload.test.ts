import { describe, expect, test } from "bun:test";
import { cardano } from "../../../../chains/ada.ts";
import {
  COIN,
  inputOperation,
  OPERATIONS,
  outputOperation,
  pendingOf,
  RECIPIENT,
  SENDER,
} from "./payment.ts";

const describeOperations = (operations: unknown) => cardano.describe(pendingOf(operations), "testnet");

test("a payment is described by its outputs and its fee", () => {
  expect(describeOperations(OPERATIONS)).toEqual([
    { kind: "transfer", from: SENDER, to: RECIPIENT, amount: "5000000", asset: "ADA" },
    { kind: "transfer", from: SENDER, to: SENDER, amount: "4800000", asset: "ADA" },
    { kind: "fee", amount: "200000", asset: "ADA" },
  ]);
});

test("a payment of several addresses has no single sender", () => {
  const [intent] = describeOperations([
    inputOperation(SENDER, "-1000000"),
    inputOperation(RECIPIENT, "-1000000", `${COIN}:1`),
    outputOperation(RECIPIENT, "2000000"),
  ]);
  expect(intent).toEqual({ kind: "transfer", to: RECIPIENT, amount: "2000000", asset: "ADA" });
});

describe("of Cardano operations, refused is", () => {
  const [input, output] = OPERATIONS as readonly [
    ReturnType<typeof inputOperation>,
    ReturnType<typeof outputOperation>,
  ];
  const outputWith = (more: object) => [input, { ...output, ...more }];
  const amountWith = (more: object) => outputWith({ amount: { ...output.amount, ...more } });

  test.each<[string, unknown, string]>([
    ["text that is no JSON", "01:[10000]", "INVALID_TRANSACTION"],
    ["an object", {}, "INVALID_TRANSACTION"],
    ["an empty list", [], "INVALID_TRANSACTION"],
    ["very long text", `[${" ".repeat(3_000_000)}]`, "INVALID_TRANSACTION"],
    ["more operations than any transaction has", Array(1001).fill(output), "INVALID_TRANSACTION"],
    [
      "an operation of another type",
      [...OPERATIONS, { ...output, type: "stakeDelegation" }],
      "INVALID_TRANSACTION",
    ],
    ["a payment without inputs", [output], "INVALID_TRANSACTION"],
    ["a payment without outputs", [input], "INVALID_TRANSACTION"],
    ["a coin that is spent twice", [input, input, output], "INVALID_TRANSACTION"],
    ["an amount that is a fraction", amountWith({ value: 0.5 }), "INVALID_TRANSACTION"],
    ["an amount with a fraction", amountWith({ value: "5.5" }), "INVALID_TRANSACTION"],
    ["an output with a negative amount", amountWith({ value: "-5000000" }), "INVALID_TRANSACTION"],
    ["an output of nothing", amountWith({ value: "0" }), "INVALID_TRANSACTION"],
    ["an amount above 64 bits", amountWith({ value: "18446744073709551616" }), "INVALID_TRANSACTION"],
    ["another currency", amountWith({ currency: { symbol: "BTC", decimals: 8 } }), "INVALID_TRANSACTION"],
    ["an input with a positive amount", [inputOperation(SENDER, "1"), output], "INVALID_TRANSACTION"],
    ["a coin without an index", [inputOperation(SENDER, "-9000000", COIN), output], "INVALID_TRANSACTION"],
    ["native tokens", outputWith({ metadata: { tokenBundle: [] } }), "INVALID_TRANSACTION"],
    ["an address that is none", [input, outputOperation("addr_test1", "1")], "INVALID_TRANSACTION"],
    [
      "an address of mainnet",
      [input, outputOperation("addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8", "1")],
      "NETWORK_MISMATCH",
    ],
    ["more going out than coming in", [input, outputOperation(SENDER, "10000001")], "UNSAFE_TRANSACTION"],
  ])("%s", (_, operations, code) => {
    expect(() => describeOperations(operations)).toThrow(expect.objectContaining({ code }));
  });
});
