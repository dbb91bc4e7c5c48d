/**
 * The JSON-RPC interface of the Solana node behind the Tatum API.
 * https://solana.com/docs/rpc
 */

import type * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { readAnswer } from "../payload.ts";

export const NODE_PATH = "/v3/blockchain/node/SOL/{key}";

/**
 * Calls a method of the node and reads its answer.
 *
 * @throws ChainError `NODE_REFUSED`, or `NODE_ANSWER_INVALID` when the answer does not fit `schema`.
 */
export async function callNode<Output>(
  environment: ChainEnvironment,
  method: string,
  params: readonly JsonValue[],
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  return readAnswer(await environment.rpc(NODE_PATH, method, params), method, schema);
}
