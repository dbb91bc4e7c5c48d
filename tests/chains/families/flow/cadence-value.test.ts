import { describe, expect, test } from "bun:test";
import { JsonDecimal } from "../../../../chains/codec/exact-json.ts";
import { cadenceValue } from "../../../../chains/families/flow/cadence-value.ts";

describe("an argument of a Flow transaction", () => {
  test.each([
    [{ type: "UFix64", value: "1.5" }, "1.50000000"],
    [{ type: "UFix64", value: "184467440737.09551615" }, "184467440737.09551615"],
    [{ type: "UFix64", value: 3 }, "3.00000000"],
    [{ type: "UFix64", value: 1.5 }, "1.50000000"],
    [{ type: "UFix64", value: 1e-8 }, "0.00000001"],
    [{ type: "UFix64", value: new JsonDecimal("184467440737.09551615") }, "184467440737.09551615"],
    [{ type: "Fix64", value: -0.5 }, "-0.50000000"],
    [{ type: "Fix64", value: "-0.00000001" }, "-0.00000001"],
    [{ type: "UInt64", value: 18446744073709551615n }, "18446744073709551615"],
    [{ type: "UInt8", value: "007" }, "7"],
    [{ type: "Int8", value: "-128" }, "-128"],
    [{ type: "Int", value: `-${"9".repeat(90)}` }, `-${"9".repeat(90)}`],
    [{ type: "Word16", value: 65535 }, "65535"],
    [{ type: "String", value: "kms ✓" }, "kms ✓"],
    [{ type: "Bool", value: false }, false],
    [{ type: "Address", value: "0x1654653399040a61" }, "0x1654653399040a61"],
    [{ type: "Optional", subType: "UInt8", value: null }, null],
  ])("keeps its value exactly: %p", (argument, value) => {
    expect(cadenceValue(argument)).toEqual({ type: argument.type, value });
  });

  test("may be a list, or there or not", () => {
    expect(cadenceValue({ type: "Array", subType: "UInt8", value: [1, "2"] })).toEqual({
      type: "Array",
      value: [
        { type: "UInt8", value: "1" },
        { type: "UInt8", value: "2" },
      ],
    });
    expect(cadenceValue({ type: "Optional", subType: "String", value: "x" })).toEqual({
      type: "Optional",
      value: { type: "String", value: "x" },
    });
  });

  test.each([
    [{ type: "UFix64", value: "-1.0" }],
    [{ type: "UFix64", value: "184467440737.09551616" }],
    [{ type: "UFix64", value: "1.000000001" }],
    [{ type: "UFix64", value: 1e-9 }],
    [{ type: "UFix64", value: -0.5 }],
    [{ type: "UFix64", value: new JsonDecimal("1.000000000000000001") }],
    [{ type: "UFix64", value: "1e3" }],
    [{ type: "UInt64", value: 1.5 }],
    [{ type: "UInt64", value: "18446744073709551616" }],
    [{ type: "UInt64", value: "-1" }],
    [{ type: "UInt64", value: "1.0" }],
    [{ type: "Int8", value: "128" }],
    [{ type: "UInt", value: "-1" }],
    [{ type: "Bool", value: "true" }],
    [{ type: "String", value: 1 }],
    [{ type: "Address", value: "0x1234" }],
    [{ type: "Array", value: ["1"] }],
    [{ type: "Array", subType: "UInt8", value: "1" }],
    [{ type: "Array", subType: "Array", value: [[]] }],
    [{ type: "Path", value: "/public/x" }],
    [{ type: "Optional", value: "x" }],
  ])("is refused when it is not a value of its type: %p", (argument) => {
    expect(cadenceValue(argument)).toBeString();
  });
});
