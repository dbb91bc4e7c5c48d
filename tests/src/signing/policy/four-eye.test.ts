import { afterEach, describe, expect, test } from "bun:test";
import { parseExactJson } from "../../../../chains/codec/exact-json.ts";
import { HttpClient } from "../../../../src/http/client.ts";
import { FourEyeCheck, parseExternalUrl } from "../../../../src/signing/policy/four-eye.ts";
import type { Decision } from "../../../../src/signing/policy/policy.ts";
import { type ListedTransaction, readPendingTransaction } from "../../../../src/tatum/pending-transaction.ts";

function listed(id: string): ListedTransaction {
  const text = `{"id":${JSON.stringify(id)},"chain":"BTC","serializedTransaction":"{}","amount":12345678901234567890}`;
  return readPendingTransaction(parseExactJson(text), "BTC") as ListedTransaction;
}

/** The decision when the server answers so, and the request it got. */
async function decision(
  answer: () => Response,
  method: "GET" | "POST" = "GET",
): Promise<{ approval: Decision; asked: { method: string; type: string | null; body: string } }> {
  let asked = { method: "", type: null as string | null, body: "" };
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      asked = {
        method: request.method,
        type: request.headers.get("content-type"),
        body: await request.text(),
      };
      return answer();
    },
  });
  const url = parseExternalUrl(`http://127.0.0.1:${server.port}`);
  const check = new FourEyeCheck({ url, method, http: new HttpClient([url]), timeout: 2000 });
  return { approval: await check.decide(listed("abc")), asked };
}

let server: Bun.Server<undefined> | undefined;

afterEach(async () => {
  await server?.stop(true);
});

/** The path, query and authorization of the question about an id, asked with this URL behind the server's address. */
async function question(
  suffix: string,
  id = "abc",
  userInfo = "",
): Promise<[path: string, header: string | null]> {
  let seen: [string, string | null] = ["", null];
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const url = new URL(request.url);
      seen = [url.pathname + url.search, request.headers.get("authorization")];
      return new Response("");
    },
  });
  const url = parseExternalUrl(`http://${userInfo}127.0.0.1:${server.port}${suffix}`);
  const check = new FourEyeCheck({ url, method: "GET", http: new HttpClient([url]), timeout: 2000 });
  expect(await check.decide(listed(id))).toEqual({ kind: "approved" });
  return seen;
}

describe("the URL of the question", () => {
  for (const [suffix, path] of [
    ["", "/abc"],
    ["/", "/abc"],
    ["/check", "/check/abc"],
    ["/check//", "/check/abc"],
    ["/a/b%20c", "/a/b%20c/abc"],
    ["?token=x", "/abc?token=x"],
    ["/check?token=a%20b&x=1", "/check/abc?token=a%20b&x=1"],
    ["/check/?token=/", "/check/abc?token=/"],
    ["/check#part", "/check/abc"],
  ] as const) {
    test(`ends with the id when the external URL ends with ${JSON.stringify(suffix)}`, async () => {
      expect(await question(suffix)).toEqual([path, null]);
    });
  }

  test("keeps every character of an id in its place", async () => {
    expect(await question("/check", "a.b:c-d_e")).toEqual(["/check/a.b%3Ac-d_e", null]);
  });

  test("holds no user and password: they become a header", async () => {
    const header = `Basic ${btoa("user:pa:ss")}`;
    expect(await question("/check", "abc", "user:pa%3Ass@")).toEqual(["/check/abc", header]);
  });
});

describe("the URL of the four-eye server", () => {
  test("is http or https", () => {
    for (const text of ["", "example.test", "ftp://example.test", "file:///etc", "javascript:1"]) {
      expect(() => parseExternalUrl(text)).toThrow("--external-url");
    }
    expect(parseExternalUrl("https://example.test/x").href).toBe("https://example.test/x");
  });
});

describe("the decision of the four-eye server", () => {
  test.each([200, 201, 204, 299])("is yes for HTTP %d", async (status) => {
    const { approval } = await decision(() => new Response(null, { status }));
    expect(approval).toEqual({ kind: "approved" });
  });

  test.each([400, 401, 403, 404, 409, 451, 499])("is no for HTTP %d", async (status) => {
    const { approval } = await decision(() => new Response("", { status }));
    expect(approval).toEqual({ kind: "refused", reason: `answered HTTP ${status}` });
  });

  test.each([408, 425, 429, 500, 502, 503, 599])("is open for HTTP %d", async (status) => {
    const { approval } = await decision(() => new Response("", { status }));
    expect(approval).toEqual({ kind: "unreachable", reason: `answered HTTP ${status}` });
  });

  test.each([300, 301, 302, 307, 399])("is open for HTTP %d, which is not followed", async (status) => {
    const headers = { location: "/signed-in" };
    const { approval } = await decision(() => new Response(null, { status, headers }));
    expect(approval).toEqual({
      kind: "unreachable",
      reason: `answered HTTP ${status}, a redirect, which is not followed`,
    });
  });

  test("that is open keeps the wait the server asks for, in milliseconds", async () => {
    const headers = { "retry-after": "7" };
    const { approval } = await decision(() => new Response("", { status: 503, headers }));
    expect(approval).toEqual({ kind: "unreachable", reason: "answered HTTP 503", retryAfter: 7000 });
  });

  test("is open without a connection", async () => {
    const url = parseExternalUrl("http://127.0.0.1:1");
    const check = new FourEyeCheck({ url, method: "GET", http: new HttpClient([url]), timeout: 2000 });
    expect(await check.decide(listed("abc"))).toMatchObject({ kind: "unreachable" });
  });
});

describe("the question", () => {
  test("holds the transaction as the API listed it, digit for digit, when it is a POST", async () => {
    const { asked } = await decision(() => new Response(""), "POST");
    expect(asked).toMatchObject({ method: "POST", type: "application/json" });
    expect(asked.body).toContain('"amount":12345678901234567890');
  });

  test("holds nothing but the id when it is a GET", async () => {
    const { asked } = await decision(() => new Response(""));
    expect(asked).toEqual({ method: "GET", type: null, body: "" });
  });
});
