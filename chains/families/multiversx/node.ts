/**
 * The MultiversX node behind the Tatum API: the network's configuration, nonces of accounts, gas.
 * https://docs.multiversx.com/sdk-and-tools/rest-api/
 */

import * as v from "valibot";
import type { ChainEnvironment, Network, Proof, SignedTransaction } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { jsonInteger, MAX_NONCE } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";

const NODE_PATH = "/v3/egld/node/{key}";
const DEFAULT_GAS_PRICE = 1_000_000_000n;
const MAINNET_CHAIN_ID = "1";

export interface NetworkConfig {
  readonly chainId: string;
  /** In units of 10^-18 EGLD. */
  readonly gasPrice: bigint;
  /** The lowest transaction version the network takes. */
  readonly version: number;
}

const configAnswer = v.object({
  data: v.object({
    config: v.object({
      erd_chain_id: v.pipe(v.string("must be text"), v.regex(/^[A-Za-z0-9]{1,32}$/, "must be a chain id")),
      erd_min_gas_price: v.optional(jsonInteger(MAX_NONCE), Number(DEFAULT_GAS_PRICE)),
      erd_min_transaction_version: v.optional(
        v.pipe(v.number("must be a number"), v.integer(), v.minValue(1), v.maxValue(0xffffffff)),
        1,
      ),
    }),
  }),
});

/**
 * What the network says of itself. It has to be of the daemon's kind, so that a test network's wallet never signs for
 * mainnet, or the reverse.
 *
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function networkConfig(environment: ChainEnvironment): Promise<NetworkConfig> {
  const path = "/network/config";
  const { config } = readAnswer(
    await environment.shared(path, () => environment.get(NODE_PATH + path)),
    path,
    configAnswer,
  ).data;
  const network: Network = config.erd_chain_id === MAINNET_CHAIN_ID ? "mainnet" : "testnet";
  if (network !== environment.network) {
    throw new ChainError(
      "NETWORK_MISMATCH",
      `The node has chain id ${config.erd_chain_id}, which is not of the ${environment.network}. Use an API key of ` +
        `the ${environment.network}.`,
    );
  }
  return {
    chainId: config.erd_chain_id,
    gasPrice: config.erd_min_gas_price,
    version: config.erd_min_transaction_version,
  };
}

const nonceAnswer = v.object({ data: v.object({ nonce: jsonInteger(MAX_NONCE) }) });

/**
 * The next nonce of an account: what the network has counted, or more where the journal holds transactions that the
 * network has not counted yet.
 *
 * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function nextNonce(account: string, environment: ChainEnvironment): Promise<bigint> {
  const counted = await environment.shared(`count of ${account}`, () => nonceOf(account, "", environment));
  return environment.firstUnusedSequence(account, counted, () => countTransactions(account, environment));
}

/** How many transactions of an account final blocks hold. @throws ChainError */
export function countTransactions(account: string, environment: ChainEnvironment): Promise<bigint> {
  return nonceOf(account, "?onFinalBlock=true", environment);
}

/**
 * Whether final blocks count the nonce of these bytes as used. Whether by them, the API is asked besides; never more than
 * `several-answers`, so that it is asked again some time later.
 * @throws ChainError
 */
export async function proveReplaced(
  { sequence }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (sequence === undefined) return "none";
  const counted = await countTransactions(sequence.account, environment);
  return counted > sequence.number ? "several-answers" : "none";
}

async function nonceOf(account: string, query: string, environment: ChainEnvironment): Promise<bigint> {
  const path = `/address/${account}/nonce${query}`;
  return readAnswer(await environment.get(NODE_PATH + path), path, nonceAnswer).data.nonce;
}

const costAnswer = v.object({
  data: v.nullish(
    v.object({ txGasUnits: v.nullish(jsonInteger(MAX_NONCE)), returnMessage: v.nullish(v.string()) }),
  ),
  error: v.nullish(v.string()),
});

/**
 * The gas that a transaction will use up, by the node's simulation.
 *
 * @param transaction the transaction as the network's JSON has it, without a signature.
 * @throws ChainError `NODE_REFUSED` with the reason when the simulation fails, `NODE_ANSWER_INVALID`
 */
export async function gasCost(transaction: JsonValue, environment: ChainEnvironment): Promise<bigint> {
  const path = "/transaction/cost";
  const answer = await environment.post(NODE_PATH + path, transaction);
  const { data, error } = readAnswer(answer, path, costAnswer);
  if (data?.txGasUnits) return data.txGasUnits;
  throw new ChainError("NODE_REFUSED", data?.returnMessage || error || "egld.gasLimit.error");
}
