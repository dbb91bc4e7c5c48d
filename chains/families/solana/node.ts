import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";

const NODE_PATH = "/v3/blockchain/node/SOL/{key}";

/**
 * Calls the JSON-RPC node behind the Tatum API and reads its answer.
 *
 * @throws ChainError `NODE_REFUSED`, or `NODE_ANSWER_INVALID` when the answer does not fit `schema`.
 */
export async function callNode<Output>(
  environment: ChainEnvironment,
  method: string,
  params: readonly JsonValue[],
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  const parsed = v.safeParse(schema, await environment.rpc(NODE_PATH, method, params));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new ChainError(
    "NODE_ANSWER_INVALID",
    `The answer to ${method} is not usable: ${v.getDotPath(issue) ?? "it"} ${issue.message}.`,
  );
}
