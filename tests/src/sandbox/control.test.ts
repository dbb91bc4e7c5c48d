import { describe, expect, test } from "bun:test";
import { SandboxClient, SIGNED, WALLET } from "./sandbox-client.ts";

describe("putting a transaction into the queue", () => {
  test("gives it an id as the API does", async () => {
    await using client = new SandboxClient();
    expect(await client.enqueue()).toMatch(/^[0-9a-f]{24}$/);
  });

  test("keeps the id it has", async () => {
    await using client = new SandboxClient();
    expect(await client.enqueue({ id: "7317a0f5ebeff9fe0efe25ff" })).toBe("7317a0f5ebeff9fe0efe25ff");
  });

  test.each([
    ["an id of another shape", { id: "7" }],
    ["an unknown chain", { chain: "DOT" }],
    ["a negative index", { index: -1 }],
    ["no serializedTransaction", { serializedTransaction: undefined }],
    ["hashes that are no list", { hashes: WALLET }],
  ])("refuses %s", async (_name, wrong) => {
    await using client = new SandboxClient();
    const transaction = { chain: "ETH", serializedTransaction: "{}", hashes: [WALLET], ...wrong };
    expect((await client.request("POST", "/sandbox/transactions", transaction)).status).toBe(400);
  });

  test("refuses an id that is taken", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    const transaction = { id, chain: "ETH", serializedTransaction: "{}" };
    expect((await client.request("POST", "/sandbox/transactions", transaction)).status).toBe(400);
  });
});

describe("asking for an example payment", () => {
  const example = { chain: "ETH", signatureId: WALLET, address: SIGNED.from };

  test("queues it for the wallet", async () => {
    await using client = new SandboxClient({ testnet: true });
    const id = await client.json("POST", "/sandbox/examples", {
      ...example,
      index: 2,
      example: "gas-from-node",
    });
    expect(await client.json("POST", "/v3/kms/pending/ETH", { signatureIds: [WALLET] })).toMatchObject([
      { ...(id as object), hashes: [WALLET], index: 2 },
    ]);
  });

  test.each([
    ["an example that does not exist", { example: "other" }],
    ["an address of another chain", { chain: "BTC" }],
  ])("refuses %s", async (_name, wrong) => {
    await using client = new SandboxClient({ testnet: true });
    expect((await client.request("POST", "/sandbox/examples", { ...example, ...wrong })).status).toBe(400);
    expect(await client.transactions()).toEqual([]);
  });
});

test("a reset forgets transactions, broadcasts, errors, counts and faults", async () => {
  await using client = new SandboxClient();
  const signatureId = await client.enqueue();
  await client.request("POST", "/v3/ethereum/broadcast", { txData: SIGNED.txData, signatureId });
  await client.request("POST", "/v3/tatum/kms/batch", { errors: [{ signatureId, error: "x" }] });
  await client.request("POST", "/sandbox/faults", { path: "/v3/", times: 9, kind: "status" });
  expect((await client.request("POST", "/sandbox/reset")).status).toBe(204);
  for (const list of ["transactions", "broadcasts", "errors"]) {
    expect(await client.json("GET", `/sandbox/${list}`)).toEqual([]);
  }
  expect(await client.json("GET", `/v3/ethereum/transaction/count/${SIGNED.from}`)).toBe(0);
});
