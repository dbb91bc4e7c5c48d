import { describe, expect, test } from "bun:test";
import { type HttpAnswer, HttpFailure } from "../../../src/http/message.ts";
import { backoff, pause, retryAfter, withRetries } from "../../../src/http/retry.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

function answer(status: number, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: new Headers(headers), body: "" };
}

/** Gives these answers or failures one after another, and counts the calls. */
function script(...steps: readonly (HttpAnswer | Error)[]): { send(): Promise<HttpAnswer>; calls(): number } {
  let at = 0;
  return {
    async send() {
      const step = steps[Math.min(at++, steps.length - 1)] as HttpAnswer | Error;
      if (step instanceof Error) throw step;
      return step;
    },
    calls: () => at,
  };
}

const policy = { retries: 3, delay: 1, maximumDelay: 50 };

describe("Retry-After", () => {
  for (const [header, milliseconds] of [
    ["0", 0],
    ["7", 7000],
    [" 7 ", 7000],
    ["Fri, 02 Jan 2026 03:04:15 GMT", 10_000],
    ["Fri, 02 Jan 2026 03:00:00 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
    ["", undefined],
    ["99999999999999", undefined],
  ] as const) {
    test(`${JSON.stringify(header)} means ${milliseconds} ms`, () => {
      expect(retryAfter(new Headers({ "retry-after": header }), NOW)).toBe(milliseconds);
    });
  }

  test("may be absent", () => {
    expect(retryAfter(new Headers(), NOW)).toBeUndefined();
  });
});

describe("the wait between attempts", () => {
  test("doubles up to the longest, between half and the whole", () => {
    expect([0, 1, 2, 3, 4, 50].map((attempt) => backoff(attempt, 100, 1000, 0))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
    expect([0, 1, 4].map((attempt) => backoff(attempt, 100, 1000, 1))).toEqual([100, 200, 1000]);
  });

  test("ends at once when the program is stopped", async () => {
    const stopping = new AbortController();
    const started = performance.now();
    setTimeout(() => stopping.abort(), 20);
    await pause(10_000, stopping.signal);
    await pause(10_000, stopping.signal);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("attempts", () => {
  test("end with the first answer that is neither 429 nor 5xx", async () => {
    for (const status of [200, 204, 302, 400, 403, 404]) {
      const steps = script(answer(503), answer(429), answer(status));
      expect((await withRetries(policy, undefined, steps.send)).status).toBe(status);
      expect(steps.calls()).toBe(3);
    }
  });

  test("are repeated after a failed connection and after no answer in time", async () => {
    const steps = script(new HttpFailure("connection", "x"), new HttpFailure("timeout", "x"), answer(200));
    expect((await withRetries(policy, undefined, steps.send)).status).toBe(200);
  });

  test("are bounded: the last answer or failure counts", async () => {
    const answers = script(answer(500));
    expect((await withRetries(policy, undefined, answers.send)).status).toBe(500);
    expect(answers.calls()).toBe(4);
    const failures = script(new HttpFailure("timeout", "late"));
    await expect(withRetries(policy, undefined, failures.send)).rejects.toThrow("late");
    expect(failures.calls()).toBe(4);
  });

  test("are not repeated after what will not pass", async () => {
    for (const kind of ["not-allowed", "too-large", "stopped"] as const) {
      const steps = script(new HttpFailure(kind, kind), answer(200));
      await expect(withRetries(policy, undefined, steps.send)).rejects.toThrow(kind);
      expect(steps.calls()).toBe(1);
    }
    const mistake = script(new TypeError("mistake"), answer(200));
    await expect(withRetries(policy, undefined, mistake.send)).rejects.toThrow("mistake");
  });

  test("wait as long as Retry-After says", async () => {
    const steps = script(answer(429, { "retry-after": "1" }), answer(200));
    const started = performance.now();
    await withRetries({ ...policy, maximumDelay: 2000 }, undefined, steps.send);
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });

  test("end when Retry-After asks for more than a call is worth", async () => {
    const steps = script(answer(429, { "retry-after": "3600" }), answer(200));
    expect((await withRetries(policy, undefined, steps.send)).status).toBe(429);
    expect(steps.calls()).toBe(1);
  });

  test("end when the program is stopped", async () => {
    const stopping = new AbortController();
    const steps = script(answer(503));
    setTimeout(() => stopping.abort(), 20);
    const attempt = withRetries({ retries: 9, delay: 5000, maximumDelay: 5000 }, stopping.signal, steps.send);
    await expect(attempt).rejects.toMatchObject({ kind: "stopped" });
    expect(steps.calls()).toBe(1);
  });
});
