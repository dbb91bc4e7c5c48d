import { describe, expect, test } from "bun:test";
import { readDerivationIndex, readWholeNumber } from "../../../src/cli/options.ts";

describe("a whole number in an option", () => {
  test.each([
    ["1", 1],
    ["007", 7],
    ["10", 10],
  ])("%s", (text, value) => {
    expect(readWholeNumber("count", text, 1, 10)).toBe(value);
  });

  test.each(["0", "11", "-1", "+1", "1.0", "1e1", "0x1", " 1", "1 ", "", "١", "99999999999999999999"])(
    "%j is none from 1 to 10",
    (text) => {
      expect(() => readWholeNumber("count", text, 1, 10)).toThrow(
        "The count must be a whole number from 1 to 10.",
      );
    },
  );
});

test("a derivation index is below 2^31, and may be absent", () => {
  expect(readDerivationIndex("2147483647")).toBe(2147483647);
  expect(readDerivationIndex(undefined)).toBeUndefined();
  expect(() => readDerivationIndex("2147483648")).toThrow(/from 0 to 2147483647/);
});
