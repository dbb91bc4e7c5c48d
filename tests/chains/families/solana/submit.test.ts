import { describe, expect, test } from "bun:test";
import type { SignedTransaction } from "../../../../chains/chain.ts";
import { solana } from "../../../../chains/sol.ts";
import { nodeEnvironment, queue } from "./node-environment.ts";

const ID = "2pzCMv9KjKmThw78D4nNvdFFWh4bcxHQVmX8mVpRr7Mmay2mnbVfvfr361ENgjtdmPvgAmYcL3GN5Buzf5q2CXES";
const signed: SignedTransaction = {
  payload: "AQID",
  transactionId: ID,
  filledIn: { slot: "90" },
  expiry: { kind: "height", value: 100n },
};

const succeeded = { meta: { err: null } };
const failed = { meta: { err: { InstructionError: [0, { Custom: 1 }] } } };
const unknown = { context: { slot: 120 }, value: [null] };
const landed = { context: { slot: 1 }, value: [{ err: null, confirmationStatus: "finalized" }] };

describe("submitting a Solana transaction", () => {
  test("sends the recorded bytes and looks at once", async () => {
    const node = nodeEnvironment({ sendTransaction: ID, getTransaction: succeeded });
    expect(await solana.submit!(signed, node)).toBe(ID);
    expect(node.calls).toEqual([
      {
        method: "sendTransaction",
        params: ["AQID", { encoding: "base64", preflightCommitment: "confirmed" }],
      },
      {
        method: "getTransaction",
        params: [ID, { commitment: "confirmed", encoding: "json", maxSupportedTransactionVersion: 1 }],
      },
    ]);
    expect(node.pauses).toEqual([]);
  });

  test("looks again until the network knows it", async () => {
    const node = nodeEnvironment({ sendTransaction: ID, getTransaction: queue(null, null, succeeded) });
    expect(await solana.submit!(signed, node)).toBe(ID);
    expect(node.pauses).toEqual([500, 1000]);
  });

  test("gives up after 12 seconds: the transaction may still land", async () => {
    const node = nodeEnvironment({ sendTransaction: ID, getTransaction: null });
    const submission = solana.submit!(signed, node);
    expect(submission).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
    expect(submission).rejects.toThrow(`Transaction ${ID} has not been confirmed yet`);
    await submission.catch(() => {});
    expect(node.pauses.reduce((sum, pause) => sum + pause)).toBe(12_000);
  });

  test("a node that refuses to look has not refused the transaction", () => {
    const node = nodeEnvironment({ sendTransaction: ID, getTransaction: new Error("not allowed") });
    expect(solana.submit!(signed, node)).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
  });

  test("a failure on the chain is told with its reason, and at once", async () => {
    const node = nodeEnvironment({ sendTransaction: ID, getTransaction: failed });
    expect(solana.submit!(signed, node)).rejects.toThrow(
      `Transaction ${ID} failed on the Solana network with the error {"InstructionError":[0,{"Custom":1}]}`,
    );
    expect(node.pauses).toEqual([]);
  });

  test("a refusal of the node is told with its text", () => {
    const node = nodeEnvironment({ sendTransaction: new Error("no funds"), getSignatureStatuses: unknown });
    expect(solana.submit!(signed, node)).rejects.toMatchObject({
      code: "NODE_REFUSED",
      message: "failed to send transaction: sendTransaction: no funds",
    });
  });

  test.each([
    ["Transaction simulation failed: This transaction has already been processed"],
    ["AlreadyProcessed"],
  ])("'%s' is no refusal of bytes that were sent before", async (message) => {
    const node = nodeEnvironment({ sendTransaction: new Error(message), getTransaction: succeeded });
    expect(await solana.submit!(signed, node)).toBe(ID);
  });

  test("an expired blockhash is no refusal of bytes that have landed", async () => {
    const node = nodeEnvironment({
      sendTransaction: new Error("Transaction simulation failed: Blockhash not found"),
      getSignatureStatuses: landed,
      getTransaction: succeeded,
    });
    expect(await solana.submit!(signed, node)).toBe(ID);
  });

  test("a refusal stands when the node cannot say whether it knows the transaction", () => {
    const node = nodeEnvironment({ sendTransaction: new Error("no funds") });
    expect(solana.submit!(signed, node)).rejects.toThrow("no funds");
  });

  test("a connection that breaks is no refusal", () => {
    const broken = new Error("connection lost");
    const rpc = async (): Promise<never> => {
      throw broken;
    };
    expect(solana.submit!(signed, nodeEnvironment({}, { rpc }))).rejects.toBe(broken);
  });
});

describe("whether a Solana transaction has expired", () => {
  test.each([
    ["its last block is not final yet", 100, unknown, false],
    ["its last block is final and it is not there", 101, unknown, true],
    ["it has landed", 101, landed, false],
    ["it has landed and failed", 101, { value: [{ err: "AccountNotFound" }] }, false],
  ])("%s", async (_, height, status, expired) => {
    const node = nodeEnvironment({
      getEpochInfo: { absoluteSlot: 120, blockHeight: height },
      getFirstAvailableBlock: 90,
      getSignatureStatuses: status,
    });
    expect(await solana.isExpired!(signed, node)).toBe(expired);
    expect(node.calls[0]).toEqual({ method: "getEpochInfo", params: [{ commitment: "finalized" }] });
    const asked = node.calls.filter(({ method }) => method === "getSignatureStatuses");
    expect(
      asked.every(({ params }) => Bun.deepEquals(params, [[ID], { searchTransactionHistory: true }])),
    ).toBe(true);
  });

  const old = { getEpochInfo: { absoluteSlot: 120, blockHeight: 101 }, getSignatureStatuses: unknown };

  test("a node that forgot the blocks in which it may have landed proves nothing", async () => {
    const node = nodeEnvironment({ ...old, getFirstAvailableBlock: 91 });
    expect(await solana.isExpired!(signed, node)).toBe(false);
  });

  test.each([
    ["lags behind the one that told the height", { context: { slot: 119 }, value: [null] }],
    ["does not tell how far it has come", { value: [null] }],
  ])("a node that %s proves nothing", async (_, status) => {
    const node = nodeEnvironment({ ...old, getFirstAvailableBlock: 0, getSignatureStatuses: status });
    expect(await solana.isExpired!(signed, node)).toBe(false);
  });

  test("a node that does not tell how far back it remembers proves nothing", () => {
    expect(solana.isExpired!(signed, nodeEnvironment(old))).rejects.toMatchObject({ code: "NODE_REFUSED" });
  });

  test("bytes of which the slot was not recorded count as on their way", async () => {
    const node = nodeEnvironment({ ...old, getFirstAvailableBlock: 0 });
    expect(await solana.isExpired!({ ...signed, filledIn: {} }, node)).toBe(false);
  });

  test("an answer that is none proves nothing", () => {
    const node = nodeEnvironment({
      getEpochInfo: { absoluteSlot: 120, blockHeight: 101 },
      getFirstAvailableBlock: 0,
      getSignatureStatuses: { value: [] },
    });
    expect(solana.isExpired!(signed, node)).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
  });

  test("a transaction without an expiry never expires", async () => {
    const { expiry: _, ...lasting } = signed;
    expect(await solana.isExpired!(lasting, nodeEnvironment({}))).toBe(false);
  });
});
