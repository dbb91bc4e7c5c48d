import { expect, test } from "bun:test";
import { maskApiKey } from "../../../src/settings/settings.ts";

test.each([
  ["0123456789abcdef", "0123********cdef"],
  ["t-0123456789abcdef-end!", "t-01***************end!"],
  ["0123456789abcde", "***************"],
  ["x", "*"],
  ["", ""],
])("the API key %s is shown as %s", (key, shown) => {
  expect(maskApiKey(key)).toBe(shown);
});
