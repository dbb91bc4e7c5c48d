/**
 * The REST interface of VeChainThor nodes, and what it proves of a transaction that has expired.
 * https://mainnet.vechain.org/doc/stoplight-ui/
 */

import * as v from "valibot";
import type { Hex } from "viem";
import { decodeErrorResult, numberToHex } from "viem/utils";
import type { ChainEnvironment, SignedTransaction } from "../../chain.ts";
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

/** Whether the chain of the best block holds a transaction. @throws ChainError */
async function isIncluded(transactionId: string, environment: ChainEnvironment): Promise<boolean> {
  const path = `/transactions/${transactionId}`;
  const answer = await environment.askThirdParty(NODE, { method: "GET", path });
  return readAnswer(answer, path, v.nullable(v.looseObject({}, "must be an object or null"))) !== null;
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

/**
 * Whether the network can no longer take the transaction and never did: the last block that may hold it is final, and
 * the chain does not hold it. A best block that is not final could still be replaced by one that holds it.
 *
 * @throws ChainError
 */
export async function isExpired(signed: SignedTransaction, environment: ChainEnvironment): Promise<boolean> {
  const { expiry, transactionId } = signed;
  if (expiry?.kind !== "height") return false;
  const { number } = await block("finalized", environment);
  return number >= expiry.value && !(await isIncluded(transactionId, environment));
}
