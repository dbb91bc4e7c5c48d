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

describe("the proof that a Solana transaction has expired", () => {
  /** A node that says that the last block is final, holds all blocks and has not seen the transaction. */
  const old = {
    getEpochInfo: { absoluteSlot: 120, blockHeight: 101 },
    getFirstAvailableBlock: 90,
    getSignatureStatuses: unknown,
  };
  const prove = (answers: object, inBatches?: object) => {
    const node = nodeEnvironment({ ...old, ...answers }, {}, inBatches && { ...old, ...inBatches });
    return { node, proof: solana.proveExpired!(signed, node) };
  };

  test("is one answer of a node that takes batches", async () => {
    const { node, proof } = prove({}, {});
    expect(await proof).toBe("one-answer");
    expect(node.calls).toEqual([{ method: "getEpochInfo", params: [{ commitment: "finalized" }] }]);
    expect(node.batches).toBe(1);
  });

  test("needs several answers where the node takes no batches", async () => {
    const { node, proof } = prove({});
    expect(await proof).toBe("several-answers");
    const asked = node.calls.find(({ method }) => method === "getSignatureStatuses");
    expect(asked?.params).toEqual([[ID], { searchTransactionHistory: true }]);
  });

  const nothing: readonly (readonly [string, object])[] = [
    ["whose last block is not final yet", { getEpochInfo: { absoluteSlot: 120, blockHeight: 100 } }],
    ["that knows it as landed", { getSignatureStatuses: landed }],
    [
      "that knows it as landed and failed",
      { getSignatureStatuses: { context: { slot: 120 }, value: [{ err: "AccountNotFound" }] } },
    ],
    ["that forgot the blocks in which it may have landed", { getFirstAvailableBlock: 91 }],
    [
      "that lags behind the height it told",
      { getSignatureStatuses: { context: { slot: 119 }, value: [null] } },
    ],
    ["that does not tell how far it has come", { getSignatureStatuses: { value: [null] } }],
  ];

  test.each(nothing)("is nothing with a node %s", async (_, answers) => {
    expect(await prove(answers).proof).toBe("none");
    expect(await prove(answers, answers).proof).toBe("none");
  });

  test.each(nothing)(
    "is nothing when another node told the height and the one that proves is one %s",
    async (_, answers) => {
      expect(await prove({}, answers).proof).toBe("none");
    },
  );

  test("is nothing from a node that does not tell how far back it remembers", () => {
    const { proof } = prove({ getFirstAvailableBlock: undefined });
    expect(proof).rejects.toMatchObject({ code: "NODE_REFUSED" });
  });

  test("is nothing for bytes of which the slot was not recorded", async () => {
    expect(await solana.proveExpired!({ ...signed, filledIn: {} }, nodeEnvironment(old))).toBe("none");
  });

  test("is nothing when the answer is none", () => {
    const { proof } = prove({ getSignatureStatuses: { value: [] } });
    expect(proof).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
  });

  test("is nothing for a transaction without an expiry", async () => {
    const { expiry: _, ...lasting } = signed;
    expect(await solana.proveExpired!(lasting, nodeEnvironment({}))).toBe("none");
  });
});

test.each([
  ["nowhere", null, "absent"],
  ["in a block that is not confirmed", { err: null, confirmationStatus: "processed" }, "pooled"],
  ["in a block", { err: null, confirmationStatus: "confirmed" }, "confirmed"],
  ["in a block, without success", { err: "AccountNotFound", confirmationStatus: "finalized" }, "failed"],
] as const)("a Solana transaction is found %s", async (_, status, expected) => {
  const node = nodeEnvironment({ getSignatureStatuses: { context: { slot: 120 }, value: [status] } });
  expect(await solana.locate!(signed, node)).toBe(expected);
});
