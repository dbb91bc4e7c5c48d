import { describe, expect, test } from "bun:test";
import { format, inspect } from "node:util";
import { Secret } from "../../providers/secret.ts";

const secret = new Secret("canary");

describe("a secret", () => {
  test.each([
    ["a template", () => `${secret}`],
    ["concatenation", () => `a${String(secret)}`],
    ["JSON", () => JSON.stringify({ secret })],
    ["inspect", () => inspect({ secret }, { showHidden: true, depth: 9 })],
    ["format", () => format("%s %o %j", secret, secret, secret)],
    ["Bun's inspect", () => Bun.inspect({ secret })],
    ["its members", () => Object.entries(secret).join() + Object.keys({ ...secret }).join()],
    ["an error", () => inspect(new Error(`failed: ${secret}`, { cause: secret }))],
  ])("is not printed by %s", (_what, print) => {
    expect(print()).not.toContain("canary");
  });

  test("is told to whoever asks for it", () => {
    expect(secret.reveal()).toBe("canary");
  });

  test("may be empty", () => {
    expect([new Secret("").isEmpty, secret.isEmpty]).toEqual([true, false]);
  });
});
