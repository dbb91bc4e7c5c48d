/**
 * The gas limit of VeChainThor transactions: intrinsic gas by their clauses and data, and what the node simulates.
 * https://docs.vechain.org/core-concepts/transactions/transaction-calculation
 */

import type { Hex } from "viem";
import { hexToBytes } from "viem/utils";
import type { ChainEnvironment } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { simulateGas } from "./node.ts";
import type { Clause } from "./payload.ts";

const TRANSACTION_GAS = 5_000n;
const CLAUSE_GAS = 16_000n;
const CREATION_CLAUSE_GAS = 48_000n;
const ZERO_BYTE_GAS = 4n;
const NON_ZERO_BYTE_GAS = 68n;
/** Added when contracts run, because the state may have changed by then. */
const EXECUTION_MARGIN = 15_000n;
/** A block of the network has room for this much. */
const BLOCK_GAS = 40_000_000n;

/**
 * The gas limit for a transaction of these clauses.
 *
 * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`; `UNSAFE_TRANSACTION` when no block has room for it
 */
export async function estimateGas(
  clauses: readonly Clause[],
  caller: Hex,
  gas: bigint | undefined,
  environment: ChainEnvironment,
): Promise<bigint> {
  const used = await simulateGas(clauses, caller, gas, environment);
  const limit = intrinsicGas(clauses) + (used > 0n ? used + EXECUTION_MARGIN : 0n);
  if (limit <= BLOCK_GAS) return limit;
  throw new ChainError("UNSAFE_TRANSACTION", `It needs ${limit} gas, but a block holds only ${BLOCK_GAS}.`);
}

/** What a transaction costs before anything runs, in gas. */
export function intrinsicGas(clauses: readonly Clause[]): bigint {
  let gas = TRANSACTION_GAS;
  for (const { to, data } of clauses) {
    gas += to === undefined ? CREATION_CLAUSE_GAS : CLAUSE_GAS;
    for (const byte of hexToBytes(data)) gas += byte === 0 ? ZERO_BYTE_GAS : NON_ZERO_BYTE_GAS;
  }
  return gas;
}
