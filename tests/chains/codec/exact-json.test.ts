import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseDecimal } from "../../../chains/codec/decimal.ts";
import {
  isJsonObject,
  JsonDecimal,
  parseExactJson,
  stringifyExactJson,
} from "../../../chains/codec/exact-json.ts";

test("integers of JSON keep every digit there and back", () => {
  const text = `{"a":${2n ** 256n},"b":-9007199254740993,"c":[1,0.5,9007199254740991]}`;
  expect(parseExactJson(text)).toEqual({
    a: 2n ** 256n,
    b: -9007199254740993n,
    c: [1, 0.5, 9007199254740991],
  });
  expect(stringifyExactJson(parseExactJson(text))).toBe(text);
});

test("whole numbers are whole, however they are written", () => {
  expect(parseExactJson("[1e21,1E+2,15.0,1.5e1,123456789012345678e-1]")).toEqual([
    10n ** 21n,
    100,
    15,
    15,
    new JsonDecimal("123456789012345678e-1"),
  ]);
});

test("fractions that a double does not hold keep their text there and back", () => {
  const text = '{"a":0.1,"b":1e-7,"c":1.000000000000000000001,"d":184467440737.09551615}';
  const read = parseExactJson(text);
  expect(read).toEqual({
    a: 0.1,
    b: 1e-7,
    c: new JsonDecimal("1.000000000000000000001"),
    d: new JsonDecimal("184467440737.09551615"),
  });
  expect(stringifyExactJson(read)).toBe(text);
});

test("every number keeps its value there and back", () => {
  const number = fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,40})(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?$/);
  fc.assert(
    fc.property(number, (text) => {
      const back = stringifyExactJson(parseExactJson(text));
      // JSON.stringify writes no sign of a zero.
      expect(parseDecimal(back)).toEqual(parseDecimal(text)!);
    }),
    { numRuns: 2_000 },
  );
});

test("a number of JSON is no object, whatever holds it", () => {
  expect(parseExactJson("[{},[],null,1,1.000000000000000000001]")).toSatisfy((values) =>
    Bun.deepEquals((values as []).map(isJsonObject), [true, false, false, false, false]),
  );
});

test("an integer of millions of digits is no number to anybody, and costs no time", () => {
  const start = performance.now();
  expect(parseExactJson(`[${"9".repeat(20_000_000)}]`)).toEqual([Number.POSITIVE_INFINITY]);
  expect(parseExactJson(`[-${"9".repeat(1_000)}]`)).toEqual([Number.NEGATIVE_INFINITY]);
  expect(parseExactJson(`[${"9".repeat(1_000)}]`)).toEqual([BigInt("9".repeat(1_000))]);
  expect(performance.now() - start).toBeLessThan(2_000);
});
