/**
 * The JSON-RPC node of an EVM chain behind the Tatum API, and where the nonce and the gas price come from: it, or the API.
 * https://www.jsonrpc.org/specification, https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import * as v from "valibot";
import type { Hex } from "viem";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { hexQuantity, jsonInteger, MAX_NONCE, MAX_UINT256 } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";
import { checksummedAddress } from "./address.ts";
import type { AccountNonceSource, EvmFacts, GasPriceSource } from "./facts.ts";

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

/** A method of Ethereum's nodes under the name that the chain has for it: `klay_...` on Kaia. */
export function methodOf({ node }: EvmFacts, name: string): string {
  return node.chainIdMethod.replace(/_.*/, `_${name}`);
}

/** Where the node is at the Tatum API; `{key}` in it stands for the API key. */
export function nodePath(facts: EvmFacts, environment: ChainEnvironment): string {
  const testnetType = environment.setting("TESTNET_TYPE");
  const isKnown = testnetType !== undefined && facts.node.testnetTypes.includes(testnetType);
  return environment.network === "testnet" && isKnown
    ? `${facts.node.path}?testnetType=${testnetType}`
    : facts.node.path;
}

/** The next nonce of an account as the Tatum API counts it at `<path>/<address>`: a bare JSON number. */
export function tatumTransactionCount(path: string): AccountNonceSource {
  return async (account, _facts, environment) => {
    const request = `${path}/${checksummedAddress(account)}`;
    return readAnswer(await environment.get(request), request, jsonInteger(MAX_NONCE));
  };
}

/** The next nonce of an account as the node counts it, by a method such as `eth_getTransactionCount`, at a block. */
export function nodeTransactionCount(
  method: string,
  block: "latest" | "pending",
  addressForm: "checksummed" | "lower-case",
): AccountNonceSource {
  return (account, facts, environment) => {
    const address = addressForm === "checksummed" ? checksummedAddress(account) : account;
    return callNode(facts, environment, method, [address, block], hexQuantity(MAX_NONCE));
  };
}

/** How many transactions of an account blocks hold. @throws ChainError */
export function countTransactions(
  account: Hex,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<bigint> {
  const method = methodOf(facts, "getTransactionCount");
  return callNode(facts, environment, method, [account, "latest"], hexQuantity(MAX_NONCE));
}

/** The gas price that is the field `medium` of the Tatum API's fee estimate at `path`. */
export function tatumFee(path: string): GasPriceSource {
  const feeAnswer = v.object(
    { medium: v.pipe(jsonInteger(MAX_UINT256), v.minValue(1n, "must not be 0")) },
    "must have the field medium",
  );
  return async (_facts, environment) => readAnswer(await environment.get(path), path, feeAnswer).medium;
}

/** The gas price that the node suggests, by a method such as `eth_gasPrice`. */
export function nodeGasPrice(method: string): GasPriceSource {
  return (facts, environment) => callNode(facts, environment, method, [], hexQuantity(MAX_UINT256));
}

/** Always the same gas price, in wei. */
export function constantGasPrice(wei: bigint): GasPriceSource {
  return async () => wei;
}
