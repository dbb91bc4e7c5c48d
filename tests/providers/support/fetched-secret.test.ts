import { describe, expect, test } from "bun:test";
import { fetchedMember, fetchedSecret } from "../../../providers/support/fetched-secret.ts";

describe("what a service stored", () => {
  const ignore = (): void => undefined;

  test("is the secret, exactly as it is; a line break at its end is told", () => {
    const told: string[] = [];
    const fetched = (text: string) =>
      fetchedSecret("AWS", "secret", text, (line) => told.push(line)).reveal();
    expect(fetched(" ge\nheim ")).toBe(" ge\nheim ");
    expect(told).toEqual([]);
    expect(fetched(" geheim\n")).toBe(" geheim\n");
    expect(told).toEqual([
      "What AWS holds in secret ends with a line break, which is part of the secret: at a prompt or from a file it would be another one.",
    ]);
  });

  test.each([
    ["nothing", "", "it is empty"],
    ["what was no UTF-8", "S\ufffdcret", "is no text in UTF-8"],
    ["what begins with a byte order mark", "\ufeffgeheim", "begins with a byte order mark"],
    ["half a surrogate pair", "S\ud800cret", "is no text in UTF-8"],
  ])("is refused when it is %s", (_what, text, problem) => {
    expect(() => fetchedSecret("AWS", "secret", text, ignore)).toThrow(problem);
    if (text === "") return;
    const stored = { password: text };
    expect(() => fetchedMember("AWS", "secret", stored, { variable: "V", name: "password" }, ignore)).toThrow(
      problem,
    );
  });
});
