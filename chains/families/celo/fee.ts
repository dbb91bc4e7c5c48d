/**
 * The fees of Celo, which CELO or a token pays: transaction type and prices.
 * https://github.com/celo-org/celo-proposals/blob/master/CIPs/cip-0064.md
 * https://docs.celo.org/specs/transaction-types
 */
import type { Hex } from "viem";
import type { ChainEnvironment } from "../../chain.ts";
import { hexQuantity, MAX_UINT256 } from "../../codec/quantity.ts";
import { lowerCase } from "../evm/address.ts";
import type { EvmFacts } from "../evm/facts.ts";
import type { CeloFees, EthereumFees, FeeFields } from "../evm/fee.ts";
import { completeFees } from "../evm/fill-in.ts";
import { callNode } from "../evm/node.ts";

/** Set to `true` or `1`, transactions with a gas price have the encoding that the network took until March 2025. */
const LEGACY_SETTING = "TATUM_KMS_CELO_LEGACY";

/** The Celo Dollar, on mainnet and on Alfajores. Its spelling counts: other spellings have never had the floor. */
const CELO_DOLLARS: readonly string[] = [
  "0x765de816845861e75a25fca122bb6898b8b1282a",
  "0x874069fa1eb16d44d622f2e0ca25eea172369bc1",
];
const LOW_CELO_DOLLAR_PRICE = 500_000_000n;
const CELO_DOLLAR_PRICE_INSTEAD = 1_000_000_000n;

/**
 * The transaction type and the prices of a Celo transaction: those of Ethereum when CELO pays the fee, CIP-64 when a
 * token does. A plain gas price in a token is paid as it is, like on a legacy transaction: it is both the maximum and
 * the priority fee.
 *
 * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function celoFees(
  fees: FeeFields,
  feeCurrency: Hex | undefined,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<EthereumFees | CeloFees> {
  const isLegacy =
    ["true", "1"].includes(environment.setting(LEGACY_SETTING) ?? "") && fees.type === "legacy";
  if (feeCurrency === undefined) {
    const complete = await completeFees(fees, facts, environment);
    return isLegacy && complete.type === "legacy" ? { ...complete, type: "celo-legacy" } : complete;
  }
  const currency = { feeCurrency: lowerCase(feeCurrency) };
  if (fees.type === "eip1559") return { ...fees, type: "cip64", ...currency };

  const gasPrice = fees.gasPrice || (await gasPriceIn(feeCurrency, facts, environment));
  if (isLegacy) return { type: "celo-legacy", gasPrice, ...currency };
  const accessList = fees.type === "eip2930" ? fees.accessList : [];
  return { type: "cip64", maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice, accessList, ...currency };
}

async function gasPriceIn(feeCurrency: Hex, facts: EvmFacts, environment: ChainEnvironment): Promise<bigint> {
  const price = await callNode(facts, environment, "eth_gasPrice", [feeCurrency], hexQuantity(MAX_UINT256));
  const isTooLow = CELO_DOLLARS.includes(feeCurrency) && price <= LOW_CELO_DOLLAR_PRICE;
  return isTooLow ? CELO_DOLLAR_PRICE_INSTEAD : price;
}
