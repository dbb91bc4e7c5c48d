/**
 * Sources of the gas price: the Tatum API, the node, or a constant.
 * eth_gasPrice: https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import * as v from "valibot";
import { hexQuantity, jsonInteger, MAX_UINT256 } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";
import type { GasPriceSource } from "./facts.ts";
import { callNode } from "./node.ts";

/** The field `medium` of the Tatum API's fee estimate at `path`. */
export function tatumFee(path: string): GasPriceSource {
  const feeAnswer = v.object(
    { medium: v.pipe(jsonInteger(MAX_UINT256), v.minValue(1n, "must not be 0")) },
    "must have the field medium",
  );
  return async (_facts, environment) => readAnswer(await environment.get(path), path, feeAnswer).medium;
}

/** What the node suggests, by a method such as `eth_gasPrice`. */
export function nodeGasPrice(method: string): GasPriceSource {
  return (facts, environment) => callNode(facts, environment, method, [], hexQuantity(MAX_UINT256));
}

/** Always the same price in wei. */
export function constantGasPrice(wei: bigint): GasPriceSource {
  return async () => wei;
}
