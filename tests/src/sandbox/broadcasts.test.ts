import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { tickers } from "../../../chains/index.ts";
import { sandboxChains } from "../../../src/sandbox/chains/index.ts";
import bitcoinVectors from "../../vectors/signing/BTC.json";
import litecoinVectors from "../../vectors/signing/LTC.json";
import { OTHER_SIGNED, SandboxClient, SIGNED } from "./sandbox-client.ts";

describe("a broadcast", () => {
  test("marks its pending transaction done, with the transaction id of the network", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    const body = { txData: SIGNED.txData, signatureId: id };
    expect(await client.json("POST", "/v3/ethereum/broadcast", body)).toEqual({ txId: SIGNED.txid });
    expect(await client.json("GET", `/v3/kms/${id}`)).toMatchObject({ txId: SIGNED.txid });
    expect(await client.transactions()).toMatchObject([
      { state: "done", txId: SIGNED.txid, broadcasts: [{ outcome: "accepted" }], violations: [] },
    ]);
  });

  test.each([
    ["/v3/bitcoin/broadcast", bitcoinVectors],
    ["/v3/litecoin/broadcast", litecoinVectors],
  ])("at %s has the id of the transaction without its witness", async (path, vectors) => {
    await using client = new SandboxClient();
    const signed = vectors.flatMap(({ expected }) => (expected?.txData === undefined ? [] : [expected]));
    expect(signed.some(({ txData }) => txData.slice(8, 12) === "0001")).toBe(true);
    for (const { txData, txid } of signed) {
      expect(await client.json("POST", path, { txData })).toEqual({ txId: txid! });
    }
  });

  test("is taken at the path of each chain of the index", async () => {
    await using client = new SandboxClient();
    const raw: Record<string, string> = {
      evm: SIGNED.txData,
      "bitcoin-like": bitcoinVectors[0]!.expected!.txData!,
    };
    for (const { pathName, kind } of sandboxChains) {
      const response = await client.request("POST", `/v3/${pathName}/broadcast`, {
        txData: raw[kind] ?? "signed",
      });
      expect([pathName, response.status]).toEqual([pathName, 200]);
    }
    expect(await client.json("GET", "/sandbox/broadcasts")).toHaveLength(tickers.length);
    expect(sandboxChains.map(({ ticker }) => ticker).toSorted()).toEqual([...tickers].sort());
  });

  test("that is no transaction of its chain has the SHA-256 of its text as id", async () => {
    await using client = new SandboxClient();
    const txId = createHash("sha256").update("signed").digest("hex");
    expect(await client.json("POST", "/v3/xrp/broadcast", { txData: "signed" })).toEqual({ txId });
  });

  test("by a signer that submitted the transaction itself is answered with the id it reports", async () => {
    await using client = new SandboxClient();
    const txId = "5".repeat(88);
    expect(await client.json("POST", "/v3/solana/broadcast", { txData: txId })).toEqual({ txId });
  });

  test("of the same content again has the same answer and is no violation", async () => {
    await using client = new SandboxClient();
    const body = { txData: SIGNED.txData, signatureId: await client.enqueue() };
    const answers = await Promise.all([1, 2].map(() => client.json("POST", "/v3/ethereum/broadcast", body)));
    expect(answers).toEqual([{ txId: SIGNED.txid }, { txId: SIGNED.txid }]);
    expect(await client.transactions()).toMatchObject([
      { broadcasts: [{ outcome: "accepted" }, { outcome: "accepted" }], violations: [] },
    ]);
  });

  test("of other content for the same id is refused and kept as a violation", async () => {
    await using client = new SandboxClient();
    const signatureId = await client.enqueue();
    await client.request("POST", "/v3/ethereum/broadcast", { txData: SIGNED.txData, signatureId });
    const response = await client.request("POST", "/v3/ethereum/broadcast", {
      txData: OTHER_SIGNED.txData,
      signatureId,
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ statusCode: 403, errorCode: "ethereum.broadcast.failed" });
    expect(await client.transactions()).toMatchObject([
      {
        txId: SIGNED.txid,
        broadcasts: [{ outcome: "accepted" }, { outcome: "differentContent" }],
        violations: [{ kind: "differentContent", txData: OTHER_SIGNED.txData }],
      },
    ]);
  });

  test("for a cancelled transaction was sent, but could not complete it", async () => {
    await using client = new SandboxClient();
    const signatureId = await client.enqueue();
    await client.request("DELETE", `/v3/kms/${signatureId}`);
    const body = { txData: SIGNED.txData, signatureId };
    expect(await client.json("POST", "/v3/ethereum/broadcast", body)).toEqual({
      txId: SIGNED.txid,
      failed: true,
    });
  });

  test.each([
    ["/v3/ethereum/broadcast", "ethereum.broadcast.failed"],
    ["/v3/bitcoin/broadcast", "bitcoin.broadcast.failed"],
  ])("at %s that is no transaction is refused", async (path, errorCode) => {
    await using client = new SandboxClient();
    const signatureId = await client.enqueue();
    const response = await client.request("POST", path, { txData: "00ff", signatureId });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ statusCode: 403, errorCode });
    expect(await client.transactions()).toMatchObject([
      { state: "pending", broadcasts: [{ outcome: "refused" }], violations: [] },
    ]);
  });

  test("at a chain name the API does not have is not found", async () => {
    await using client = new SandboxClient();
    expect((await client.request("POST", "/v3/ETH/broadcast", { txData: "0x00" })).status).toBe(404);
  });
});

describe("an off-chain withdrawal broadcast", () => {
  test("completes the pending transaction of its currency", async () => {
    await using client = new SandboxClient();
    const signatureId = await client.enqueue();
    const body = {
      currency: "ETH",
      txData: SIGNED.txData,
      signatureId,
      withdrawalId: "3cb81b887e5482668c01ba45",
    };
    expect(await client.json("POST", "/v3/offchain/withdrawal/broadcast", body)).toEqual({
      completed: true,
      txId: SIGNED.txid,
    });
    expect(await client.transactions()).toMatchObject([
      { state: "done", broadcasts: [{ withdrawalId: body.withdrawalId }] },
    ]);
  });

  test("needs a withdrawalId", async () => {
    await using client = new SandboxClient();
    const body = { currency: "ETH", txData: SIGNED.txData, signatureId: "7317a0f5ebeff9fe0efe25ff" };
    expect((await client.request("POST", "/v3/offchain/withdrawal/broadcast", body)).status).toBe(400);
  });
});
