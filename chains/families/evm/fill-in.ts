/**
 * What a payload leaves to the signer: chain id, gas limit, gas price and nonce.
 * https://ethereum.org/en/developers/docs/apis/json-rpc/
 * The chain id keeps a transaction from being replayed on another network: https://eips.ethereum.org/EIPS/eip-155
 */
import type { Hex } from "viem";
import type { ChainEnvironment } from "../../chain.ts";
import { hexQuantity, MAX_NONCE } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import type { EvmTransaction } from "./encode.ts";
import type { EvmFacts } from "./facts.ts";
import type { EthereumFees, FeeFields } from "./fee.ts";
import { estimateGas, isGasEstimated } from "./gas-limit.ts";
import { callNode, countTransactions } from "./node.ts";
import type { TransactionPayload } from "./payload.ts";

/**
 * The chain id to sign for: the payload's, else the node's. Each has to be one of the daemon's network, so
 * that a payload or a node can never turn a testnet wallet's transaction into a mainnet one or the reverse.
 *
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
async function chainIdToSign(
  explicit: bigint | undefined,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<bigint> {
  if (explicit !== undefined) assertAllowed(explicit, "transaction", facts, environment);
  const { chainIdMethod, chainIdAsked } = facts.node;
  if (explicit !== undefined && chainIdAsked === "when-missing") return explicit;

  const asked = await environment.shared("chain id", () =>
    callNode(facts, environment, chainIdMethod, [], hexQuantity(MAX_NONCE)),
  );
  assertAllowed(asked, "node", facts, environment);
  if (explicit === undefined || explicit === asked) return asked;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The transaction has chain id ${explicit}, but the node has ${asked}.`,
  );
}

function assertAllowed(
  chainId: bigint,
  source: "transaction" | "node",
  facts: EvmFacts,
  environment: ChainEnvironment,
): void {
  const allowed = allowedChainIds(facts, environment);
  if (allowed.includes(chainId)) return;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The ${source} has chain id ${chainId}, but ${facts.ticker} ${environment.network} has ` +
      `${allowed.join(" or ")}. Set ${settingName(facts)} if another network is meant.`,
  );
}

function allowedChainIds(facts: EvmFacts, environment: ChainEnvironment): readonly bigint[] {
  const setting = environment.setting(settingName(facts));
  if (setting === undefined) return facts.chainIds[environment.network];
  const otherNetwork = environment.network === "mainnet" ? "testnet" : "mainnet";
  if (!/^[1-9][0-9]{0,15}$/.test(setting) || facts.chainIds[otherNetwork].includes(BigInt(setting))) {
    throw new ChainError(
      "NETWORK_MISMATCH",
      `${settingName(facts)} must be the decimal chain id of a ${environment.network} network.`,
    );
  }
  return [BigInt(setting)];
}

function settingName(facts: EvmFacts): string {
  return `TATUM_KMS_${facts.ticker}_CHAIN_ID`;
}

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
  return { ...fees, gasPrice: isExplicit ? gasPrice : await suggestedGasPrice(facts, environment) };
}

function suggestedGasPrice(facts: EvmFacts, environment: ChainEnvironment): Promise<bigint> {
  return environment.shared("gas price", () => facts.gasPrice(facts, environment));
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

  const count = await environment.shared(`count of ${sender}`, () =>
    facts.accountNonce(sender, facts, environment),
  );
  // A fresh account's nonce 0 is right as it stands.
  if (nonce === count) return nonce;
  // Transactions the journal holds but the network has not counted yet use up nonces too.
  return environment.firstUnusedSequence(sender, count, () => countTransactions(sender, facts, environment));
}
