import { expect, test } from "bun:test";
import { sentence } from "../../chains/error.ts";

test("a sentence ends with one full stop, or with the sign that it has", () => {
  for (const text of ["It is so", "It is so.", "It is so..", "It is so. ", "It is so...\n"]) {
    expect(sentence(text)).toBe("It is so.");
  }
  expect(sentence("Is it so?")).toBe("Is it so?");
});
