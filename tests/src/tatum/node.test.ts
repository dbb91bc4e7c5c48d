import { afterAll, describe, expect, test } from "bun:test";
import { HttpClient } from "../../../src/http/client.ts";
import { TatumConnection } from "../../../src/tatum/connection.ts";
import { NodeCalls } from "../../../src/tatum/node.ts";
import { StandInApi } from "../../e2e/stand-in-api.ts";

const server = new StandInApi();
afterAll(() => server.stop());
const baseUrl = new URL(server.url);
const connection = new TatumConnection({
  baseUrl,
  apiKey: "key",
  http: new HttpClient([baseUrl]),
  timeout: 2000,
  retries: { retries: 0, delay: 1, maximumDelay: 1 },
});

/** Asks for a count, which is another one each time. */
function counter(): () => Promise<number> {
  let count = 0;
  return async () => ++count;
}

describe("what several payments ask for", () => {
  test("is asked for once, whether they ask at the same time or a moment later", async () => {
    const nodes = new NodeCalls(connection, 60_000);
    const ask = counter();
    const both = await Promise.all([nodes.shared("count of a", ask), nodes.shared("count of a", ask)]);
    expect([...both, await nodes.shared("count of a", ask)]).toEqual([1, 1, 1]);
  });

  test("is asked for by each where they ask for different accounts", async () => {
    const nodes = new NodeCalls(connection, 60_000);
    const ask = counter();
    expect([await nodes.shared("count of a", ask), await nodes.shared("count of b", ask)]).toEqual([1, 2]);
  });

  test("is asked for again when the answer is too old, be the question before still open", async () => {
    const nodes = new NodeCalls(connection, 0);
    const hanging = nodes.shared("count of a", () => new Promise<number>(() => undefined));
    expect(await Promise.race([hanging, nodes.shared("count of a", counter())])).toBe(1);
  });

  test("is asked for again after a failure", async () => {
    const nodes = new NodeCalls(connection, 60_000);
    const failing = nodes.shared("count of a", () => Promise.reject(new Error("no answer")));
    await expect(failing).rejects.toThrow("no answer");
    expect(await nodes.shared("count of a", counter())).toBe(1);
  });
});
