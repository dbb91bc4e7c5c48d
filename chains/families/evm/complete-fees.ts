import type { ChainEnvironment } from "../../chain.ts";
import type { EvmFacts } from "./facts.ts";
import type { EthereumFees, FeeFields } from "./fee-fields.ts";

/**
 * Fills in the gas price of a transaction of Ethereum's types that has none.
 *
 * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function completeFees(
  fees: FeeFields,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<EthereumFees> {
  if (fees.type === "eip1559") return fees;
  const { gasPrice } = fees;
  const isExplicit = gasPrice !== undefined && (gasPrice !== 0n || facts.gasPriceZero === "kept");
  return { ...fees, gasPrice: isExplicit ? gasPrice : await facts.gasPrice(facts, environment) };
}
