import { describe, expect, test } from "bun:test";
import { fetchedMember, fetchedSecret } from "../../../providers/support/fetched-secret.ts";

describe("what a service stored", () => {
  test("is the secret, exactly as it is", () => {
    expect(fetchedSecret("AWS", "secret", " \ufeffgeheim\n").reveal()).toBe(" \ufeffgeheim\n");
  });

  test.each([
    ["nothing", "", "it is empty"],
    ["what was no UTF-8", "S\ufffdcret", "is no text in UTF-8"],
    ["half a surrogate pair", "S\ud800cret", "is no text in UTF-8"],
  ])("is refused when it is %s", (_what, text, problem) => {
    expect(() => fetchedSecret("AWS", "secret", text)).toThrow(problem);
    if (text === "") return;
    const stored = { password: text };
    expect(() => fetchedMember("AWS", "secret", stored, { variable: "V", name: "password" })).toThrow(
      problem,
    );
  });
});
