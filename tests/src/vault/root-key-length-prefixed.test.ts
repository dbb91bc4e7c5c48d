import { expect, test } from "bun:test";
import { lengthPrefixed } from "../../../src/vault/root-key.ts";

function hex(...parts: Parameters<typeof lengthPrefixed>[0]): string {
  return Buffer.from(lengthPrefixed(parts)).toString("hex");
}

test("each part follows its length as 32 bits; text is UTF-8, a number has 64 bits", () => {
  expect(hex("aé", Uint8Array.of(1, 2), 258)).toBe("0000000361c3a9000000020102000000080000000000000102");
  expect(hex("")).toBe("00000000");
  expect(hex()).toBe("");
});

test("lists that differ only in where a part ends give different bytes", () => {
  expect(hex("ab", "c")).not.toBe(hex("a", "bc"));
  expect(hex("ab")).not.toBe(hex("a", "b"));
});
