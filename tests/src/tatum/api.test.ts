import { afterAll, describe, expect, test } from "bun:test";
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
    http: new HttpClient([baseUrl]),
    timeout: 2000,
    retries: { retries: 0, delay: 1, maximumDelay: 1 },
  }),
);
const ID = `0x${"ab".repeat(32)}`;

describe("whether the network has a transaction", () => {
  test.each([
    ["yes", "names it", () => Response.json({ blockNumber: 7, hash: ID })],
    ["yes", "names it in upper case and without 0x", () => Response.json({ txID: "AB".repeat(32) })],
    ["yes", "names it further down", () => Response.json({ data: [{ hash: ID }] })],
    ["unclear", "only speaks of it", () => Response.json({ error: `${ID} not found` })],
    ["unclear", "is the id and nothing else", () => Response.json(ID)],
    ["unclear", "is a page", () => new Response("<html>")],
    ["unclear", "is an error of the server", () => new Response("", { status: 500 })],
    ["no", "does not know it", () => new Response("{}", { status: 404 })],
  ])("is %s when the answer %s", async (finding, _what, answer) => {
    server.answer = answer;
    expect(await api.isOnChain("/v3/ethereum/broadcast", ID)).toBe(finding as "yes");
    expect(server.requests.at(-1)?.path).toBe(`/v3/ethereum/transaction/${ID}`);
  });
});
