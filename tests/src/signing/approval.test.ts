import { afterEach, describe, expect, test } from "bun:test";
import { parseExactJson } from "../../../chains/exact-json.ts";
import { FourEyeCheck, isUnprotected, parseExternalUrl } from "../../../src/signing/approval.ts";
import { HttpClient } from "../../../src/tatum/http-client.ts";
import { type ListedTransaction, readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";

function listed(id: string): ListedTransaction {
  const text = `{"id":${JSON.stringify(id)},"chain":"BTC","serializedTransaction":"{}","amount":12345678901234567890}`;
  return readPendingTransaction(parseExactJson(text), "BTC") as ListedTransaction;
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
  expect(await check.ask(listed(id))).toEqual({ kind: "approved" });
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

describe("an external URL", () => {
  test("is http or https", () => {
    for (const text of ["", "example.test", "ftp://example.test", "file:///etc", "javascript:1"]) {
      expect(() => parseExternalUrl(text)).toThrow("--external-url");
    }
    expect(parseExternalUrl("https://example.test/x").href).toBe("https://example.test/x");
  });

  test("is unprotected when it is plain http to another machine", () => {
    const unprotected = [
      "http://example.test",
      "http://10.0.0.1",
      "http://127.0.0.1.example.test",
      "http://[::2]",
    ];
    const safe = [
      "https://example.test",
      "http://localhost:1",
      "http://127.0.0.1",
      "http://127.9.9.9",
      "http://[::1]:2",
    ];
    expect(unprotected.filter((text) => !isUnprotected(new URL(text)))).toEqual([]);
    expect(safe.filter((text) => isUnprotected(new URL(text)))).toEqual([]);
  });
});
