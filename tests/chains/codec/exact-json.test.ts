import { expect, test } from "bun:test";
import { parseExactJson, stringifyExactJson } from "../../../chains/codec/exact-json.ts";

test("integers keep every digit there and back", () => {
  const text = `{"a":${2n ** 256n},"b":-9007199254740993,"c":[1,0.5,9007199254740991]}`;
  expect(parseExactJson(text)).toEqual({
    a: 2n ** 256n,
    b: -9007199254740993n,
    c: [1, 0.5, 9007199254740991],
  });
  expect(stringifyExactJson(parseExactJson(text))).toBe(text);
});

test("an integer of millions of digits is no number to anybody, and costs no time", () => {
  const start = performance.now();
  expect(parseExactJson(`[${"9".repeat(20_000_000)}]`)).toEqual([Number.POSITIVE_INFINITY]);
  expect(parseExactJson(`[-${"9".repeat(1_000)}]`)).toEqual([Number.NEGATIVE_INFINITY]);
  expect(parseExactJson(`[${"9".repeat(1_000)}]`)).toEqual([BigInt("9".repeat(1_000))]);
  expect(performance.now() - start).toBeLessThan(2_000);
});
