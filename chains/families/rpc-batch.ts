/**
 * JSON-RPC calls that are to be answered by one node: behind one address there may be several, some of which lag.
 * https://www.jsonrpc.org/specification#batch
 */
import * as v from "valibot";
import type { ChainEnvironment } from "../chain.ts";
import type { JsonValue } from "../codec/exact-json.ts";
import { ChainError } from "../error.ts";

export interface RpcCall {
  readonly method: string;
  readonly params: readonly JsonValue[];
}

export interface AnswersTogether {
  /** In the order of the calls. */
  readonly results: readonly JsonValue[];
  /** Whether they came in one answer; else each may be of another node. */
  readonly isOneAnswer: boolean;
}

/**
 * Makes calls in one batch; one after another where the node takes no batches.
 *
 * @param path of the node at the Tatum API; `{key}` in it stands for the API key
 * @throws ChainError `NODE_REFUSED` when one of them is refused, `NODE_ANSWER_INVALID`
 */
export async function callTogether(
  path: string,
  calls: readonly RpcCall[],
  environment: ChainEnvironment,
): Promise<AnswersTogether> {
  const together = await callInBatch(path, calls, environment);
  if (together !== undefined) return { results: together, isOneAnswer: true };
  const results: JsonValue[] = [];
  for (const { method, params } of calls) results.push(await environment.rpc(path, method, params));
  return { results, isOneAnswer: false };
}

const batchAnswer = v.array(v.looseObject({ id: v.number() }));

/** The results; `undefined` without an answer that holds one for each call. */
async function callInBatch(
  path: string,
  calls: readonly RpcCall[],
  environment: ChainEnvironment,
): Promise<readonly JsonValue[] | undefined> {
  const batch = calls.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params: [...params] }));
  const parsed = v.safeParse(batchAnswer, await unlessRefused(environment.post(path, batch)));
  if (!parsed.success) return undefined;
  const answers = calls.map((_, id) => parsed.output.find((answer) => answer.id === id));
  if (answers.some((answer) => answer?.["result"] === undefined)) return undefined;
  return answers.map((answer) => answer?.["result"] as JsonValue);
}

async function unlessRefused(asking: Promise<JsonValue>): Promise<JsonValue | undefined> {
  try {
    return await asking;
  } catch (failure) {
    if (failure instanceof ChainError && failure.code === "NODE_REFUSED") return undefined;
    throw failure;
  }
}
