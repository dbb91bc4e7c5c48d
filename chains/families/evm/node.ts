/**
 * The JSON-RPC node of an EVM chain behind the Tatum API.
 * https://www.jsonrpc.org/specification, https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import type * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { readAnswer } from "../payload.ts";
import type { EvmFacts } from "./facts.ts";

/**
 * Calls the JSON-RPC node behind the Tatum API and reads its answer.
 *
 * @throws ChainError `NODE_REFUSED`, or `NODE_ANSWER_INVALID` when the answer does not fit `schema`.
 */
export async function callNode<Output>(
  facts: EvmFacts,
  environment: ChainEnvironment,
  method: string,
  params: readonly JsonValue[],
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  return readAnswer(await environment.rpc(nodePath(facts, environment), method, params), method, schema);
}

function nodePath(facts: EvmFacts, environment: ChainEnvironment): string {
  const testnetType = environment.setting("TESTNET_TYPE");
  const isKnown = testnetType !== undefined && facts.node.testnetTypes.includes(testnetType);
  return environment.network === "testnet" && isKnown
    ? `${facts.node.path}?testnetType=${testnetType}`
    : facts.node.path;
}
