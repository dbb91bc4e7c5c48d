/**
 * What a payload leaves to the signer: chain id, gas limit, gas price and nonce.
 * https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import type { Hex } from "viem";
import type { ChainEnvironment } from "../../chain.ts";
import { chainIdToSign } from "./chain-id.ts";
import type { EvmTransaction } from "./encode.ts";
import type { EvmFacts } from "./facts.ts";
import type { EthereumFees, FeeFields } from "./fee.ts";
import { estimateGas, isGasEstimated } from "./gas-limit.ts";
import { countTransactions } from "./node.ts";
import type { TransactionPayload } from "./payload.ts";

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

const FILLABLE = ["nonce", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "chainId"] as const;
type Fillable = { readonly [Field in (typeof FILLABLE)[number]]?: bigint };

/**
 * Completes a payload; what it does not say is asked for.
 *
 * @param sender address in lower case
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function fillIn(
  payload: TransactionPayload,
  sender: Hex,
  isWithdrawal: boolean,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<EvmTransaction> {
  const completed =
    facts.feeCurrencies?.completeFees(payload.fees, payload.feeCurrency, facts, environment) ??
    completeFees(payload.fees, facts, environment);
  const gasIsEstimated = isGasEstimated(payload, facts, isWithdrawal);
  const gasToUse = async (): Promise<bigint> => {
    if (!gasIsEstimated && payload.gas !== undefined) return payload.gas;
    const fees = facts.gasEstimate.prices === "filled-in" ? await completed : payload.fees;
    return estimateGas(payload, fees, sender, facts, environment);
  };
  const [fees, gas, nonce] = await Promise.all([
    completed,
    gasToUse(),
    nonceToUse(payload, sender, gasIsEstimated, facts, environment),
  ]);
  const chainId = await chainIdToSign(payload.chainId, facts, environment);
  const { to, value = 0n, data = "0x" } = payload;
  return { chainId, nonce, gas, ...(to !== undefined && { to }), value, data, ...fees };
}

/** The values the payload did not have, as decimal text. */
export function filledInValues(
  payload: TransactionPayload,
  transaction: EvmTransaction,
): Readonly<Record<string, string>> {
  const asked: Fillable = { ...payload, ...payload.fees };
  const used: Fillable = transaction;
  const filledIn: Record<string, string> = {};
  for (const field of FILLABLE) {
    if (used[field] !== undefined && used[field] !== asked[field]) filledIn[field] = String(used[field]);
  }
  return filledIn;
}

async function nonceToUse(
  payload: TransactionPayload,
  sender: Hex,
  gasIsEstimated: boolean,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<bigint> {
  const { nonce } = payload;
  const zeroIsKept =
    facts.nonceZero === "kept" || (facts.nonceZero === "kept-when-gas-is-estimated" && gasIsEstimated);
  if (nonce !== undefined && (nonce !== 0n || zeroIsKept)) return nonce;

  const count = await facts.accountNonce(sender, facts, environment);
  // A fresh account's nonce 0 is right as it stands.
  if (nonce === count) return nonce;
  // Transactions the journal holds but the network has not counted yet use up nonces too.
  return environment.firstUnusedSequence(sender, count, () => countTransactions(sender, facts, environment));
}
