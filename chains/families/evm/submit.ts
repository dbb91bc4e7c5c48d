/**
 * What became of a signed EVM transaction: whether the network has it, and whether another one has taken its nonce.
 * https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import * as v from "valibot";
import type { Hex } from "viem";
import type { ChainEnvironment, Proof, SignedTransaction, Whereabouts } from "../../chain.ts";
import { hexQuantity, MAX_NONCE } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";
import { callTogether } from "../rpc-batch.ts";
import type { EvmFacts } from "./facts.ts";
import { callNode, methodOf, nodePath } from "./node.ts";

const transactionAnswer = v.nullable(v.object({ blockHash: v.nullish(v.string()) }));

/** Where a transaction stands; a node tells of its pool as well. @throws ChainError */
export async function locate(
  { transactionId }: SignedTransaction,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<Whereabouts> {
  const method = methodOf(facts, "getTransactionByHash");
  const found = await callNode(facts, environment, method, [transactionId], transactionAnswer);
  if (found === null) return "absent";
  return found.blockHash == null ? "pooled" : "confirmed";
}

/**
 * Whether final blocks hold a transaction of the account with the nonce of these bytes, and it is another one. Never more than
 * `several-answers`, so that it is asked again some time later: what follows cannot be taken back.
 *
 * @throws ChainError also where a network has no final blocks
 */
export async function proveReplaced(
  { sequence, transactionId }: SignedTransaction,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (sequence === undefined) return "none";
  const [count, byHash] = [methodOf(facts, "getTransactionCount"), methodOf(facts, "getTransactionByHash")];
  const calls = [
    { method: count, params: [sequence.account as Hex, "finalized"] },
    { method: byHash, params: [transactionId] },
  ];
  const { results } = await callTogether(nodePath(facts, environment), calls, environment);
  const [counted = null, found = null] = results;
  if (readAnswer(counted, count, hexQuantity(MAX_NONCE)) <= sequence.number) return "none";
  return readAnswer(found, byHash, transactionAnswer) === null ? "several-answers" : "none";
}
