import { describe, expect, test } from "bun:test";
import { quietPeriod } from "../../../src/signing/resolve.ts";

describe("the wait before bytes are given up", () => {
  const noRetries = { retries: 0, delay: 1, maximumDelay: 10 };

  test("is a minute, or three timeouts of a broadcast", () => {
    expect(quietPeriod({ timeout: 2_000, retries: noRetries })).toBe(60_000);
    expect(quietPeriod({ timeout: 30_000, retries: noRetries })).toBe(90_000);
  });

  test("covers a call to a node with all its retries", () => {
    const retries = { retries: 5, delay: 1_000, maximumDelay: 10_000 };
    expect(quietPeriod({ timeout: 20_000, retries })).toBe(6 * 20_000 + 5 * 10_000);
  });
});
