import { describe, expect, test } from "bun:test";
import type { SignedTransaction } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { ChainError } from "../../../../chains/error.ts";
import { ethereum } from "../../../../chains/eth.ts";
import { kaia } from "../../../../chains/klay.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

const ID = `0x${"ab".repeat(32)}`;
const SENDER = "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f";
const signed: SignedTransaction = {
  payload: "0x",
  transactionId: ID,
  filledIn: {},
  sequence: { account: SENDER, number: 5n },
};

type Answers = Readonly<Record<string, JsonValue>>;

/** A node that is asked one call after another, and where given one that takes batches. */
function nodeOf(answers: Answers, inBatches?: Answers) {
  const calls: unknown[] = [];
  const answerOf = (from: Answers, method: string): JsonValue => {
    const answer = from[method];
    if (answer === undefined) throw new ChainError("NODE_REFUSED", `${method}: Method not found`);
    return answer;
  };
  const environment = offlineEnvironment({
    rpc: async (_path, method, params) => {
      calls.push([method, ...params]);
      return answerOf(answers, method);
    },
    post: async (_path, body) => {
      if (inBatches === undefined) throw new ChainError("NODE_REFUSED", "no batches here");
      const batch = body as unknown as readonly { id: number; method: string; params: JsonValue[] }[];
      return batch.map(({ id, method, params }) => {
        calls.push([method, ...params]);
        return { id, result: answerOf(inBatches, method) };
      });
    },
  });
  return { environment, calls };
}

test.each([
  ["nowhere", null, "absent"],
  ["in a pool", { hash: ID, blockHash: null }, "pooled"],
  ["in a block", { hash: ID, blockHash: `0x${"5a".repeat(32)}` }, "confirmed"],
] as const)("a transaction is found %s", async (_, answer, expected) => {
  const { environment } = nodeOf({ eth_getTransactionByHash: answer });
  expect(await ethereum.locate!(signed, environment)).toBe(expected);
  const onKaia = nodeOf({ klay_getTransactionByHash: answer });
  expect(await kaia.locate!(signed, onKaia.environment)).toBe(expected);
});

describe("the proof that another transaction has taken the nonce", () => {
  const taken = { eth_getTransactionCount: "0x6", eth_getTransactionByHash: null };

  test("asks for final blocks and for the transaction in one batch, and has to be seen again", async () => {
    const { environment, calls } = nodeOf({}, taken);
    expect(await ethereum.proveReplaced!(signed, environment)).toBe("several-answers");
    expect(calls).toEqual([
      ["eth_getTransactionCount", SENDER, "finalized"],
      ["eth_getTransactionByHash", ID],
    ]);
  });

  test("is asked for in single calls where the node takes no batches", async () => {
    expect(await ethereum.proveReplaced!(signed, nodeOf(taken).environment)).toBe("several-answers");
  });

  test.each([
    ["the nonce is not used up in final blocks", { ...taken, eth_getTransactionCount: "0x5" }],
    ["the transaction is in a block", { ...taken, eth_getTransactionByHash: { blockHash: ID } }],
    ["the transaction is in the pool", { ...taken, eth_getTransactionByHash: { blockHash: null } }],
  ])("is nothing when %s", async (_, answers) => {
    expect(await ethereum.proveReplaced!(signed, nodeOf({}, answers).environment)).toBe("none");
  });

  test("is nothing where the network has no final blocks", async () => {
    const { environment } = nodeOf({ eth_getTransactionByHash: null });
    await expect(ethereum.proveReplaced!(signed, environment)).rejects.toMatchObject({
      code: "NODE_REFUSED",
    });
  });
});
