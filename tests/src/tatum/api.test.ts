import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { ApiUnavailable } from "../../../src/errors.ts";
import { HttpClient } from "../../../src/http/client.ts";
import { TatumApi } from "../../../src/tatum/api.ts";
import { TatumConnection } from "../../../src/tatum/connection.ts";
import { StandInApi } from "../../e2e/stand-in-api.ts";

const server = new StandInApi();
afterAll(() => server.stop());
const baseUrl = new URL(server.url);
const api = new TatumApi(
  new TatumConnection({
    baseUrl,
    apiKey: "key",
    apiKeySetting: "TATUM_API_KEY (from environment)",
    http: new HttpClient([baseUrl]),
    timeout: 2000,
    retries: { retries: 0, delay: 1, maximumDelay: 1 },
  }),
);
const ID = `0x${"ab".repeat(32)}`;

const notFound = (body: object): Response => Response.json({ statusCode: 404, ...body }, { status: 404 });

const ledgerAnswer = (TransactionResult: string) => ({ hash: ID, meta: { TransactionResult } });

describe("whether the network has a transaction", () => {
  test.each([
    ["yes", "names it", () => Response.json({ blockNumber: 7, hash: ID })],
    ["yes", "names it in upper case and without 0x", () => Response.json({ txID: "AB".repeat(32) })],
    ["yes", "names it further down", () => Response.json({ data: [{ hash: ID }] })],
    ["failed", "is of a ledger of Stellar", () => Response.json({ hash: ID, successful: false })],
    ["yes", "is of a ledger of Stellar, with success", () => Response.json({ hash: ID, successful: true })],
    ["failed", "is of the XRP Ledger", () => Response.json(ledgerAnswer("tecUNFUNDED_PAYMENT"))],
    [
      "pooled",
      "is of the XRP Ledger, and may still succeed in another ledger",
      () => Response.json({ ...ledgerAnswer("tecPATH_DRY"), validated: false }),
    ],
    ["yes", "is of the XRP Ledger, with success", () => Response.json(ledgerAnswer("tesSUCCESS"))],
    ["failed", "is of TRON", () => Response.json({ txID: ID, ret: [{ contractRet: "OUT_OF_ENERGY" }] })],
    ["yes", "is of TRON, with success", () => Response.json({ txID: ID, ret: [{ contractRet: "SUCCESS" }] })],
    ["failed", "is of MultiversX", () => Response.json({ hash: ID, status: "fail" })],
    ["yes", "is of MultiversX, with success", () => Response.json({ hash: ID, status: "success" })],
    ["failed", "is a receipt of Ethereum's kin", () => Response.json({ transactionHash: ID, status: false })],
    ["yes", "is such a receipt, with success", () => Response.json({ transactionHash: ID, status: true })],
    ["pooled", "is of Bitcoin, without a block", () => Response.json({ hash: ID, height: -1, block: null })],
    ["pooled", "has no block's number yet", () => Response.json({ hash: ID, blockNumber: null })],
    ["pooled", "has no confirmation", () => Response.json({ txid: ID, confirmations: 0 })],
    ["pooled", "is of no closed ledger", () => Response.json({ hash: ID, validated: false })],
    ["pooled", "is of MultiversX, and waits", () => Response.json({ hash: ID, status: "pending" })],
    ["yes", "is of Bitcoin, with a block", () => Response.json({ hash: ID, height: 7, block: "00ab" })],
    ["unclear", "is of another one that failed", () => Response.json({ hash: "ab", successful: false })],
    ["unclear", "only speaks of it", () => Response.json({ error: `${ID} not found` })],
    ["unclear", "is the id and nothing else", () => Response.json(ID)],
    ["unclear", "is a page", () => new Response("<html>")],
    ["unclear", "is an error of the server", () => new Response("", { status: 500 })],
    ["unclear", "is a page that is not found", () => new Response("<html>", { status: 404 })],
    ["unclear", "is that there is no such endpoint", () => notFound({ message: `Cannot GET /v3/x/${ID}` })],
    ["unclear", "is that a gateway has no such route", () => notFound({ message: "no Route matched" })],
    ["unclear", "is an error about something else", () => notFound({ errorCode: "plan.x" })],
    ["unclear", "refuses the API key", () => Response.json({ statusCode: 403 }, { status: 403 })],
    ["unclear", "refuses the request", () => Response.json({ errorCode: "plan.x" }, { status: 403 })],
    ["no", "says so as an error with its own status", () => notFound({ errorCode: "xlm.tx.not.found" })],
    ["no", "does not know it", () => new Response("{}", { status: 404 })],
    ["no", "says so as an error", () => Response.json({ errorCode: "tx.not.found" }, { status: 403 })],
  ])("is %s when the answer %s", async (finding, _what, answer) => {
    server.answer = answer;
    expect(await api.isOnChain("/v3/ethereum/broadcast", ID)).toBe(finding as "yes");
    expect(server.requests.at(-1)?.path).toBe(`/v3/ethereum/transaction/${ID}`);
  });
});

describe("an answer that may be about the API key", () => {
  const advice = "check TATUM_API_KEY (from environment)";
  const refusal = (status: number, body: unknown) => () => Response.json(body, { status });

  test.each([
    [401, {}, true],
    [401, { errorCode: "subscription.invalid" }, true],
    [403, {}, true],
    [403, { errorCode: "kms.missing" }, true],
    [500, {}, false],
  ])("of a poll: HTTP %d with %p", async (status, body, isAboutKey) => {
    server.answer = refusal(status, body);
    const failure = await api.pending("ETH", []).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof ApiUnavailable)) throw failure;
    expect(failure.message).toStartWith(`Error received from API /v3/kms/pending/ETH: HTTP ${status}`);
    expect(failure.mayPass).toBe(!isAboutKey);
    expect(failure.message.includes(advice)).toBe(isAboutKey && !("errorCode" in body && status === 403));
  });

  test("of a broadcast says where to look, unless the API says what else it is about", async () => {
    const broadcast = { path: "/v3/ethereum/broadcast", currency: "ETH", txData: "0x", signatureId: "id" };
    server.answer = refusal(401, {});
    expect(await api.broadcast(broadcast)).toEqual({ kind: "unclear", reason: `HTTP 401; ${advice}` });
    // What is reported to the API names no setting and no path.
    server.answer = refusal(403, { message: "no" });
    expect(await api.broadcast(broadcast)).toEqual({ kind: "refused", reason: "HTTP 403, no" });
  });
});

describe("an API that asked everybody to wait", () => {
  const broadcast = { path: "/v3/ethereum/broadcast", currency: "ETH", txData: "0x", signatureId: "id" };

  /** Of an API that answered its first request with 429. */
  async function waitingApi(): Promise<TatumApi> {
    const http = new HttpClient([baseUrl]);
    http.limit(baseUrl, undefined);
    const retries = { retries: 0, delay: 1, maximumDelay: 1 };
    const waiting = new TatumApi(new TatumConnection({ baseUrl, apiKey: "key", http, timeout: 50, retries }));
    server.answer = () => new Response("", { status: 429, headers: { "retry-after": "600" } });
    await waiting.completion("id");
    server.requests.length = 0;
    server.answer = () => Response.json({ txId: ID });
    return waiting;
  }

  test("is not polled, and the daemon learns for how long", async () => {
    const waiting = await waitingApi();
    const failure = await waiting.pending("ETH", []).catch((error: unknown) => error);
    if (!(failure instanceof ApiUnavailable)) throw failure;
    expect(failure.mayPass).toBe(true);
    expect(failure.retryAfter).toBeGreaterThan(590_000);
    expect(server.requests).toEqual([]);
  });

  test("gives no place for a broadcast", async () => {
    const waiting = await waitingApi();
    await expect(waiting.reserveBroadcast()).rejects.toMatchObject({ code: "NETWORK" });
    const answer = await waiting.broadcast(broadcast);
    expect(answer).toMatchObject({ kind: "unclear", retryAfter: expect.any(Number) });
    expect(server.requests).toEqual([]);
  });
});

test("a broadcast takes the place that was reserved for it", async () => {
  const http = new HttpClient([baseUrl]);
  http.limit(baseUrl, 0.5);
  const retries = { retries: 0, delay: 1, maximumDelay: 1 };
  const limited = new TatumApi(new TatumConnection({ baseUrl, apiKey: "key", http, timeout: 1000, retries }));
  server.answer = () => Response.json({ txId: ID });
  const place = await limited.reserveBroadcast();
  const broadcast = { path: "/v3/ethereum/broadcast", currency: "ETH", txData: "0x", signatureId: "id" };
  const began = performance.now();
  expect(await limited.broadcast(broadcast, place)).toMatchObject({ kind: "accepted", txId: ID });
  expect(performance.now() - began).toBeLessThan(500);
});

test("the body of a poll is put into words once, for as long as the wallets stay the same", async () => {
  const words = spyOn(JSON, "stringify");
  server.answer = () => Response.json([]);
  const ids = ["a", "b"];
  await api.pending("ETH", ids);
  await api.pending("ETH", ids);
  expect(words.mock.calls.filter(([value]) => "signatureIds" in Object(value))).toHaveLength(1);
  await api.pending("ETH", ["a", "b", "c"]);
  words.mockRestore();
  expect(server.requests.slice(-2).map(({ body }) => body)).toEqual([
    { signatureIds: ids },
    { signatureIds: ["a", "b", "c"] },
  ]);
});
