import { describe, expect, test } from "bun:test";
import { SandboxClient, SIGNED, WALLET } from "./sandbox-client.ts";

const OTHER_WALLET = "a32afa10-e358-4359-a88b-8138ae13fc38";

describe("polling", () => {
  test("gives out what was put into the queue, unknown members and big integers included", async () => {
    await using client = new SandboxClient();
    const transaction =
      '{"id":"7317a0f5ebeff9fe0efe25ff","chain":"BTC","serializedTransaction":"{}","hashes":["w"],"index":3,' +
      '"withdrawalId":"3cb81b887e5482668c01ba45","withdrawalResponses":[{"amount":0.1,"vIn":"-1"}],' +
      '"later":123456789012345678901}';
    await fetch(`${client.sandbox.url}/sandbox/transactions`, { method: "POST", body: transaction });
    const poll = await client.request("POST", "/v3/kms/pending/BTC", { signatureIds: ["w"] });
    expect(poll.status).toBe(200);
    expect(await poll.text()).toBe(`[${transaction}]`);
  });

  test("finds transactions by their hashes and by their signatures", async () => {
    await using client = new SandboxClient();
    const byHash = await client.enqueue({ hashes: [WALLET] });
    const bySignature = await client.enqueue({ hashes: [], signatures: [{ id: WALLET, index: 0 }] });
    await client.enqueue({ hashes: [OTHER_WALLET] });
    const list = await client.json("POST", "/v3/kms/pending/ETH", { signatureIds: [WALLET] });
    expect(list).toMatchObject([{ id: byHash }, { id: bySignature }]);
  });

  test("takes the list from the query with GET", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    const list = await client.json("GET", `/v3/kms/pending/ETH?signatures=x,${WALLET}`);
    expect(list).toMatchObject([{ id }]);
    expect(await client.json("GET", "/v3/kms/pending/ETH?signatures=x")).toEqual([]);
  });

  test("means all transactions of the chain without a list, and none with an empty one", async () => {
    await using client = new SandboxClient();
    await client.enqueue({ chain: "BTC" });
    const id = await client.enqueue();
    expect(await client.json("POST", "/v3/kms/pending/ETH", {})).toMatchObject([{ id }]);
    expect(await client.json("GET", "/v3/kms/pending/ETH")).toMatchObject([{ id }]);
    expect(await client.json("POST", "/v3/kms/pending/ETH", { signatureIds: [] })).toEqual([]);
  });

  test("refuses a chain the API does not have", async () => {
    await using client = new SandboxClient();
    const response = await client.request("POST", "/v3/kms/pending/eth", {});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ data: [{ property: "chain" }] });
  });
});

describe("a transaction of the queue", () => {
  test("has a txId and is pending no more once it was completed by hand", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    expect(await client.json("GET", `/v3/kms/${id}`)).not.toHaveProperty("txId");
    expect((await client.request("PUT", `/v3/kms/${id}/0xabc`)).status).toBe(204);
    expect(await client.json("GET", `/v3/kms/${id}`)).toMatchObject({ id, txId: "0xabc" });
    expect(await client.json("POST", "/v3/kms/pending/ETH", {})).toEqual([]);
  });

  test("keeps its first txId", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    await client.request("PUT", `/v3/kms/${id}/first`);
    await client.request("PUT", `/v3/kms/${id}/second`);
    expect(await client.json("GET", `/v3/kms/${id}`)).toMatchObject({ txId: "first" });
  });

  test("is gone once it was cancelled", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    expect((await client.request("DELETE", `/v3/kms/${id}?revert=true`)).status).toBe(204);
    expect(await client.json("POST", "/v3/kms/pending/ETH", {})).toEqual([]);
    const response = await client.request("GET", `/v3/kms/${id}`);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ statusCode: 403, errorCode: "kms.missing" });
    expect(await client.transactions()).toMatchObject([{ state: "cancelled" }]);
  });

  test("cannot be cancelled when it is done", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    await client.request("POST", "/v3/ethereum/broadcast", { txData: SIGNED.txData, signatureId: id });
    expect((await client.request("DELETE", `/v3/kms/${id}`)).status).toBe(403);
    expect(await client.transactions()).toMatchObject([{ state: "done" }]);
  });

  test.each([
    ["GET", "/v3/kms/000000000000000000000000"],
    ["PUT", "/v3/kms/000000000000000000000000/0xabc"],
    ["DELETE", "/v3/kms/000000000000000000000000"],
  ])("that is unknown answers kms.missing to %s", async (method, path) => {
    await using client = new SandboxClient();
    const response = await client.request(method, path);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ errorCode: "kms.missing" });
  });
});

test("the sandbox keeps an error batch", async () => {
  await using client = new SandboxClient();
  const errors = [{ signatureId: "7317a0f5ebeff9fe0efe25ff", error: "no key" }];
  expect((await client.request("POST", "/v3/tatum/kms/batch", { errors })).status).toBe(204);
  expect(await client.json("GET", "/sandbox/errors")).toEqual(errors);
});

test.each([true, false])("the version tells whether the key is a testnet key (%p)", async (testnet) => {
  await using client = new SandboxClient({ testnet });
  expect(await client.json("GET", "/v3/tatum/version")).toMatchObject({
    testnet,
    planName: expect.any(String),
  });
});
