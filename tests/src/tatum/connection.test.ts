import { describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../../../src/http/message.ts";
import { errorCodeOf, explain, jsonOf } from "../../../src/tatum/connection.ts";

const API_KEY = "t-key/+1";

function answer(status: number, body: unknown): HttpAnswer {
  return { status, headers: new Headers(), body: typeof body === "string" ? body : JSON.stringify(body) };
}

describe("the explanation of a refusal", () => {
  for (const [name, body, text] of [
    [
      "status, code and message",
      { errorCode: "kms.missing", message: "No such" },
      "HTTP 403, kms.missing, No such",
    ],
    [
      "a message without its full stop, so that a sentence may go on",
      { message: "No. Such.." },
      "HTTP 403, No. Such",
    ],
    ["a message with single full stops", { message: "No.. Such one... is." }, "HTTP 403, No. Such one... is"],
    ["several messages", { message: ["a", "b"] }, "HTTP 403, a; b"],
    ["the status alone for a page", "<html>secret</html>", "HTTP 403"],
    ["the status alone for another shape", { message: { a: 1 } }, "HTTP 403"],
    ["the status alone for nothing", "", "HTTP 403"],
  ] as const) {
    test(`is ${name}`, () => {
      expect(explain(answer(403, body), API_KEY)).toBe(text);
    });
  }

  test("never holds the API key, as it is or in a URL", () => {
    const message = `Cannot GET /v3/x/${encodeURIComponent(API_KEY)}?key=${API_KEY}`;
    expect(explain(answer(404, { message }), API_KEY)).toBe(
      "HTTP 404, Cannot GET /v3/x/[API key]?key=[API key]",
    );
  });

  test("never holds whole payloads, but ids and addresses", () => {
    const id = `0x${"ab".repeat(32)}`;
    const payload = `0x${"cd".repeat(300)}`;
    const text = explain(answer(400, { message: `${id} has a bad payload ${payload}` }), API_KEY);
    expect(text).toContain(id);
    expect(text).not.toContain("cd".repeat(20));
  });

  test("is never long", () => {
    expect(explain(answer(400, { message: "a b ".repeat(10_000) }), API_KEY).length).toBeLessThanOrEqual(500);
  });
});

test("the error code is found where there is one", () => {
  expect(errorCodeOf(answer(403, { errorCode: "kms.missing" }))).toBe("kms.missing");
  expect(errorCodeOf(answer(403, { errorCode: 5 }))).toBeUndefined();
  expect(errorCodeOf(answer(403, "page"))).toBeUndefined();
});

test("JSON keeps every digit, and what is none is nothing", () => {
  expect(jsonOf(answer(200, "[9007199254740993]"))).toEqual([9007199254740993n]);
  for (const body of ["", "{", "[".repeat(100_000)]) expect(jsonOf(answer(200, body))).toBeUndefined();
});
