import { expect, test } from "bun:test";
import type { JsonValue } from "../../../chains/codec/exact-json.ts";
import { isDeeperThan } from "../../../src/tatum/pending-transaction.ts";

function nested(levels: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

test("a value is as deep as its arrays and objects lie in each other", () => {
  expect(isDeeperThan(0, 1)).toBe(false);
  expect(isDeeperThan(3, nested(3))).toBe(false);
  expect(isDeeperThan(3, nested(4))).toBe(true);
  expect(isDeeperThan(2, { a: [1, 2, 3], b: { c: "d" }, e: null })).toBe(false);
});

test("100,000 levels of JSON need no stack", () => {
  expect(isDeeperThan(50, nested(100_000))).toBe(true);
  expect(isDeeperThan(100_000, nested(100_000))).toBe(false);
});
