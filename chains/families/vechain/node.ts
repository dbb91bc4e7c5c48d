/**
 * The REST interface of VeChainThor nodes: blocks and the network's chain tag, simulated gas, transactions.
 * https://mainnet.vechain.org/doc/stoplight-ui/
 * https://docs.vechain.org/thor/learn/transaction-model
 */

import * as v from "valibot";
import type { Hex } from "viem";
import { decodeErrorResult, numberToHex } from "viem/utils";
import type { ChainEnvironment, Network } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { jsonInteger } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";
import type { Clause } from "./payload.ts";

/** The name of the node among the chain's third parties. */
const NODE = "VET";
const MAX_GAS = BigInt(Number.MAX_SAFE_INTEGER);

/** The genesis block by its number, the newest one, or the newest one that the network will never take back. */
type Revision = "0" | "best" | "finalized";

const blockAnswer = v.object({
  number: jsonInteger(0xffffffffn),
  id: v.pipe(
    v.string("must be 32 bytes in hex"),
    v.regex(/^0x[0-9a-f]{64}$/, "must be 32 bytes in hex"),
    v.transform((text) => text as Hex),
  ),
});

/** @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID` */
export async function block(
  revision: Revision,
  environment: ChainEnvironment,
): Promise<{ readonly number: bigint; readonly id: Hex }> {
  const path = `/blocks/${revision}`;
  return readAnswer(await environment.askThirdParty(NODE, { method: "GET", path }), path, blockAnswer);
}

const transactionAnswer = v.nullable(
  v.object({ meta: v.nullish(v.looseObject({})) }, "must be an object or null"),
);

/** A transaction as a node has it; `null` when it has none. @throws ChainError */
export async function transaction(transactionId: string, query: string, environment: ChainEnvironment) {
  const path = `/transactions/${transactionId}?${query}`;
  const answer = await environment.askThirdParty(NODE, { method: "GET", path });
  return readAnswer(answer, path, transactionAnswer);
}

const simulationAnswer = v.array(
  v.object({
    gasUsed: jsonInteger(MAX_GAS),
    reverted: v.boolean("must be true or false"),
    vmError: v.optional(v.string("must be text"), ""),
    data: v.optional(v.string("must be text"), ""),
  }),
);

/**
 * The gas that the virtual machine uses for all clauses together, by the node's simulation.
 *
 * @throws ChainError `NODE_REFUSED` when a clause fails, `NODE_ANSWER_INVALID`
 */
export async function simulateGas(
  clauses: readonly Clause[],
  caller: Hex,
  gas: bigint | undefined,
  environment: ChainEnvironment,
): Promise<bigint> {
  const path = "/accounts/*?revision=best";
  const body: JsonValue = {
    clauses: clauses.map(({ to, value, data }) => ({ to: to ?? null, value: numberToHex(value), data })),
    caller,
    ...(gas !== undefined && { gas }),
  };
  const answer = await environment.askThirdParty(NODE, { method: "POST", path, body });
  const outcomes = readAnswer(answer, path, simulationAnswer);
  const failed = outcomes.find(({ reverted }) => reverted);
  if (failed !== undefined) throw new ChainError("NODE_REFUSED", failureOf(failed.vmError, failed.data));
  if (outcomes.length !== clauses.length) {
    throw new ChainError("NODE_ANSWER_INVALID", `The answer to ${path} has ${outcomes.length} outcomes.`);
  }
  return outcomes.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
}

function failureOf(vmError: string, data: string): string {
  const reason = revertReason(data);
  return reason === undefined
    ? `Returned error: Gas estimation failed: ${vmError}`
    : `Returned error: Gas estimation failed with VM reverted: ${reason}`;
}

/** The text of Solidity's `Error(string)`. */
function revertReason(data: string): string | undefined {
  if (!/^0x08c379a0(?:[0-9a-f]{2})+$/.test(data)) return undefined;
  try {
    const { args } = decodeErrorResult({ abi: [], data: data as Hex });
    const [reason] = args as readonly unknown[];
    return typeof reason === "string" ? reason : undefined;
  } catch {
    return undefined;
  }
}

/** The chain tags, which tie transactions to one network: the last bytes of the genesis blocks' ids. */
const CHAIN_TAGS: Readonly<Record<Network, bigint>> = { mainnet: 0x4an, testnet: 0x27n };
const SETTING = "TATUM_KMS_VET_CHAIN_TAG";

/**
 * The chain tag to sign for: the payload's, else the node's. It has to be that of the daemon's network, so that a
 * payload or a node can never turn a testnet wallet's transaction into a mainnet one or the reverse.
 *
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function chainTagToSign(
  explicit: bigint | undefined,
  environment: ChainEnvironment,
): Promise<bigint> {
  const chainTag = explicit ?? BigInt(`0x${(await block("0", environment)).id.slice(-2)}`);
  const allowed = allowedTag(environment);
  if (chainTag === allowed) return chainTag;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The ${explicit === undefined ? "node" : "transaction"} has chain tag ${chainTag}, but VET ` +
      `${environment.network} has ${allowed}. Set ${SETTING} if another network is meant.`,
  );
}

function allowedTag(environment: ChainEnvironment): bigint {
  const setting = environment.setting(SETTING);
  if (setting === undefined) return CHAIN_TAGS[environment.network];
  const other = CHAIN_TAGS[environment.network === "mainnet" ? "testnet" : "mainnet"];
  const tag = /^\d{1,3}$/.test(setting) ? BigInt(setting) : undefined;
  if (tag !== undefined && tag < 256n && tag !== other) return tag;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `${SETTING} must be the decimal chain tag of a ${environment.network} network.`,
  );
}
