/**
 * The gas limit of a transaction, estimated by the node.
 * eth_estimateGas: https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import type { Hex } from "viem";
import { numberToHex } from "viem/utils";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { hexQuantity, MAX_UINT64 } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import type { EvmFacts } from "./facts.ts";
import type { CeloFees, EthereumFees, FeeFields } from "./fee.ts";
import { callNode } from "./node.ts";
import type { TransactionPayload } from "./payload.ts";

/** Whether the node is asked for the gas limit of this payload. No transaction runs on 0 gas, so 0 counts as none. */
export function isGasEstimated(payload: TransactionPayload, facts: EvmFacts, isWithdrawal: boolean): boolean {
  const { when } = facts.gasEstimate;
  if (!payload.gas || when === "always") return true;
  return when === "missing-or-withdrawal" && isWithdrawal;
}

/**
 * The node's estimate of the gas a payload needs. When the node refuses to estimate, an explicit limit stands.
 *
 * @param fees the fee fields the node is told
 * @throws ChainError `NODE_REFUSED`, for example when the call would revert; `NODE_ANSWER_INVALID`
 */
export async function estimateGas(
  payload: TransactionPayload,
  fees: FeeFields | EthereumFees | CeloFees,
  sender: Hex,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<bigint> {
  const { method, margin } = facts.gasEstimate;
  const call = callObject(payload, fees, sender, facts);
  try {
    return margin + (await callNode(facts, environment, method, [call], hexQuantity(MAX_UINT64)));
  } catch (error) {
    const isRefusal = error instanceof ChainError && error.code === "NODE_REFUSED";
    if (!isRefusal || !payload.gas) throw error;
    environment.warn(
      `The node does not estimate the gas; the transaction's own limit ${payload.gas} is used.`,
    );
    return payload.gas;
  }
}

/** The transaction object of Ethereum's JSON-RPC: what the payload says, and the sender. */
function callObject(
  { chainId, to, value, data, nonce, gas, feeCurrency }: TransactionPayload,
  fees: FeeFields | EthereumFees | CeloFees,
  sender: Hex,
  facts: EvmFacts,
): JsonValue {
  const accessList = "accessList" in fees ? fees.accessList : [];
  const quantities = Object.entries({ value, nonce, gas, ...fees }).flatMap(([name, amount]) =>
    typeof amount === "bigint" ? [[name, numberToHex(amount)] as const] : [],
  );
  return {
    from: sender,
    ...(to !== undefined && { to }),
    ...(data !== undefined && { data }),
    ...Object.fromEntries(quantities),
    ...(accessList.length > 0 && { accessList }),
    ...(feeCurrency !== undefined && { feeCurrency }),
    ...(chainId !== undefined && {
      chainId: facts.gasEstimate.chainIdForm === "hex" ? numberToHex(chainId) : Number(chainId),
    }),
  };
}
