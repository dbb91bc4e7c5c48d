import { describe, expect, test } from "bun:test";
import bitcoinVectors from "../../../vectors/signing/LTC.json";
import { OTHER_SIGNED, SandboxClient, SIGNED } from "../sandbox-client.ts";

interface NodeCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly authorization: string | null;
}

interface NodeReply {
  readonly status?: number;
  readonly result?: unknown;
  readonly error?: object | null;
  /** Answers without a body. */
  readonly broken?: boolean;
}

/** A node whose answers a test decides. */
function startNode(answer: (method: string) => NodeReply) {
  const calls: NodeCall[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { id, method, params } = (await request.json()) as {
        id: unknown;
        method: string;
        params: unknown[];
      };
      calls.push({ method, params, authorization: request.headers.get("authorization") });
      const { status = 200, broken = false, ...body } = answer(method);
      if (broken) return new Response("");
      return Response.json({ jsonrpc: "2.0", id, ...body }, { status });
    },
  });
  return { calls, host: `127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}

describe("with a node", () => {
  test("a JSON-RPC body is passed through, and so is the answer", async () => {
    await using node = startNode(() => ({ status: 500, error: { code: -8, message: "no" } }));
    await using client = new SandboxClient({ nodes: new Map([["LTC", `http://${node.host}`]]) });
    const call = { jsonrpc: "2.0", id: 9, method: "getblockcount", params: [] };
    const response = await client.request("POST", "/v3/blockchain/node/LTC/key", call);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ jsonrpc: "2.0", id: 9, error: { code: -8, message: "no" } });
    expect(node.calls).toMatchObject([{ method: "getblockcount" }]);
  });

  test("an Ethereum broadcast goes to eth_sendRawTransaction, and its answer is the transaction id", async () => {
    await using node = startNode(() => ({ result: "0xfromnode" }));
    await using client = new SandboxClient({ nodes: new Map([["ETH", `http://${node.host}`]]) });
    const body = { txData: SIGNED.txData, signatureId: await client.enqueue() };
    expect(await client.json("POST", "/v3/ethereum/broadcast", body)).toEqual({ txId: "0xfromnode" });
    expect(node.calls).toMatchObject([{ method: "eth_sendRawTransaction", params: [SIGNED.txData] }]);
  });

  test("a Litecoin broadcast goes to sendrawtransaction, with the URL's user and password", async () => {
    await using node = startNode(() => ({ result: "fromnode", error: null }));
    await using client = new SandboxClient({ nodes: new Map([["LTC", `http://kms:p%40ss@${node.host}`]]) });
    const { txData } = bitcoinVectors[0]!.expected!;
    expect(await client.json("POST", "/v3/litecoin/broadcast", { txData })).toEqual({ txId: "fromnode" });
    expect(node.calls).toEqual([
      { method: "sendrawtransaction", params: [txData], authorization: `Basic ${btoa("kms:p@ss")}` },
    ]);
  });

  test("the same content again is not sent to the node a second time", async () => {
    await using node = startNode(() => ({ result: "0xfromnode" }));
    await using client = new SandboxClient({ nodes: new Map([["ETH", `http://${node.host}`]]) });
    const body = { txData: SIGNED.txData, signatureId: await client.enqueue() };
    await client.request("POST", "/v3/ethereum/broadcast", body);
    await client.request("POST", "/v3/ethereum/broadcast", body);
    expect(node.calls).toHaveLength(1);
  });

  test("the node's refusal is a 403 with its message; a rebuilt transaction may follow", async () => {
    const answers = [
      { status: 500, error: { code: -32000, message: "nonce too low" } },
      { result: "0xfromnode" },
    ];
    await using node = startNode(() => answers.shift()!);
    await using client = new SandboxClient({ nodes: new Map([["ETH", `http://${node.host}`]]) });
    const signatureId = await client.enqueue();
    const refused = await client.request("POST", "/v3/ethereum/broadcast", {
      txData: SIGNED.txData,
      signatureId,
    });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({
      statusCode: 403,
      errorCode: "ethereum.broadcast.failed",
      message: "nonce too low",
      data: { code: -32000 },
    });
    expect(await client.transactions()).toMatchObject([{ state: "pending", violations: [] }]);
    const rebuilt = await client.request("POST", "/v3/ethereum/broadcast", {
      txData: OTHER_SIGNED.txData,
      signatureId,
    });
    expect(rebuilt.status).toBe(200);
  });

  test("a node that does not answer leaves the outcome open: same content may be sent again, other may not", async () => {
    await using client = new SandboxClient({ nodes: new Map([["ETH", "http://user:hush@127.0.0.1:1"]]) });
    const signatureId = await client.enqueue();
    const send = (txData: string) =>
      client.request("POST", "/v3/ethereum/broadcast", { txData, signatureId });
    const unclear = await send(SIGNED.txData);
    expect(unclear.status).toBe(502);
    expect(await unclear.text()).not.toContain("hush");
    expect((await send(SIGNED.txData)).status).toBe(502);
    expect((await send(OTHER_SIGNED.txData)).status).toBe(403);
    expect(await client.transactions()).toMatchObject([
      { state: "pending", violations: [{ kind: "differentContent" }] },
    ]);
  });

  test("a refusal after an unclear outcome does not free the id for other content", async () => {
    const answers = [{ broken: true } as const, { error: { code: -32000, message: "already known" } }];
    await using node = startNode(() => answers.shift()!);
    await using client = new SandboxClient({ nodes: new Map([["ETH", `http://${node.host}`]]) });
    const signatureId = await client.enqueue();
    const send = (txData: string) =>
      client.request("POST", "/v3/ethereum/broadcast", { txData, signatureId });
    expect((await send(SIGNED.txData)).status).toBe(502);
    expect((await send(SIGNED.txData)).status).toBe(403);
    expect((await send(OTHER_SIGNED.txData)).status).toBe(403);
    expect(node.calls).toHaveLength(2);
    expect(await client.transactions()).toMatchObject([{ violations: [{ kind: "differentContent" }] }]);
  });

  test("transaction count and fee come from the node", async () => {
    const results: Record<string, string> = {
      eth_getTransactionCount: "0x1c1",
      eth_gasPrice: "0x59682f00",
      eth_blockNumber: "0x10",
    };
    await using node = startNode((method) => ({ result: results[method] }));
    await using client = new SandboxClient({ nodes: new Map([["ETH", `http://${node.host}`]]) });
    expect(await client.json("GET", `/v3/ethereum/transaction/count/${SIGNED.from}`)).toBe(449);
    expect(node.calls).toMatchObject([{ params: [SIGNED.from, "latest"] }]);
    const wei = 1_500_000_000;
    expect(await client.json("GET", "/v3/blockchain/fee/ETH")).toMatchObject({
      fast: wei,
      medium: wei,
      slow: wei,
      block: 16,
    });
  });

  test("a node without JSON-RPC is unreachable", async () => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("<html>") });
    try {
      await using client = new SandboxClient({ nodes: new Map([["ETH", server.url.href]]) });
      const response = await client.request("GET", `/v3/ethereum/transaction/count/${SIGNED.from}`);
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ errorCode: "node.unreachable" });
    } finally {
      await server.stop(true);
    }
  });
});
