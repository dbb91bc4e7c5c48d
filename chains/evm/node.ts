import * as v from "valibot";
import type { ChainEnvironment } from "../chain.ts";
import { ChainError } from "../chain-error.ts";
import type { JsonValue } from "../exact-json.ts";
import type { EvmFacts } from "./evm-facts.ts";

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

/** @throws ChainError `NODE_ANSWER_INVALID` when the answer to `request` does not fit `schema`. */
export function readAnswer<Output>(
  answer: JsonValue,
  request: string,
  schema: v.GenericSchema<unknown, Output>,
): Output {
  const parsed = v.safeParse(schema, answer);
  if (parsed.success) return parsed.output;
  // The answer is not quoted: it comes from outside and may be long.
  const [issue] = parsed.issues;
  throw new ChainError(
    "NODE_ANSWER_INVALID",
    `The answer to ${request} is not usable: ${v.getDotPath(issue) ?? "it"} ${issue.message}.`,
  );
}

function nodePath(facts: EvmFacts, environment: ChainEnvironment): string {
  const testnetType = environment.setting("TESTNET_TYPE");
  const isKnown = testnetType !== undefined && facts.node.testnetTypes.includes(testnetType);
  return environment.network === "testnet" && isKnown
    ? `${facts.node.path}?testnetType=${testnetType}`
    : facts.node.path;
}
