/**
 * The next nonce of an account, as the Tatum API or the node counts it.
 * eth_getTransactionCount: https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import { hexQuantity, jsonInteger, MAX_NONCE } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";
import { checksummedAddress } from "./address.ts";
import type { AccountNonceSource } from "./facts.ts";
import { callNode } from "./node.ts";

/** The count of the Tatum API at `<path>/<address>`: a bare JSON number. */
export function tatumTransactionCount(path: string): AccountNonceSource {
  return async (account, _facts, environment) => {
    const request = `${path}/${checksummedAddress(account)}`;
    return readAnswer(await environment.get(request), request, jsonInteger(MAX_NONCE));
  };
}

/** The count of the node, by a method such as `eth_getTransactionCount`, at a block. */
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
