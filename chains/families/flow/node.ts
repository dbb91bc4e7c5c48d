/**
 * The REST interface of Flow's access nodes.
 * https://developers.flow.com/http-api
 */

import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";
import type { KeyOfAccount } from "./encode.ts";

/** The name of the access node among the chain's third parties. */
const NODE = "FLOW";

/** The node writes numbers as text. */
const decimal = v.pipe(
  v.union([v.string(), v.number()], "must be a number"),
  v.transform(String),
  v.regex(/^\d{1,20}$/, "must be a whole number"),
  v.transform((text) => BigInt(text)),
);
const hash = v.pipe(
  v.string("must be 32 bytes in hex"),
  v.regex(/^[0-9a-f]{64}$/, "must be 32 bytes in hex"),
);

const blocksAnswer = v.tuple([v.object({ header: v.object({ id: hash, height: decimal }) })]);

/** The newest block that is final, or whose results are final too. @throws ChainError */
export async function newestBlock(
  height: "final" | "sealed",
  environment: ChainEnvironment,
): Promise<{ readonly id: string; readonly height: bigint }> {
  const path = `/v1/blocks?height=${height}&expand=payload`;
  const answer = await environment.askThirdParty(NODE, { method: "GET", path });
  return readAnswer(answer, "/v1/blocks", blocksAnswer)[0].header;
}

/** Whether the node holds a block. After an upgrade of the network, nodes hold nothing older. @throws ChainError */
export async function holdsBlock(id: string, environment: ChainEnvironment): Promise<boolean> {
  const path = `/v1/blocks/${id}`;
  const answer = await unlessRefused(environment.askThirdParty(NODE, { method: "GET", path }));
  return answer !== undefined && readAnswer(answer, path, blocksAnswer)[0].header.id === id;
}

const accountAnswer = v.object({
  keys: v.array(
    v.object({ index: decimal, sequence_number: decimal, revoked: v.optional(v.boolean(), false) }),
  ),
});

/** How many transactions a key of an account has proposed. @throws ChainError */
export async function sequenceNumber(
  { address, keyIndex }: KeyOfAccount,
  environment: ChainEnvironment,
): Promise<bigint> {
  const path = `/v1/accounts/${address}?block_height=sealed&expand=contracts,keys`;
  const answer = await environment.askThirdParty(NODE, { method: "GET", path });
  const { keys } = readAnswer(answer, `/v1/accounts/${address}`, accountAnswer);
  const key = keys.find(({ index }) => index === BigInt(keyIndex));
  if (key !== undefined && !key.revoked) return key.sequence_number;
  throw new ChainError("NODE_ANSWER_INVALID", `Flow account 0x${address} has no usable key ${keyIndex}.`);
}

/** Hands a transaction over; its id. @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID` */
export async function sendTransaction(body: JsonValue, environment: ChainEnvironment): Promise<string> {
  const path = "/v1/transactions";
  const answer = await environment.askThirdParty(NODE, { method: "POST", path, body });
  return readAnswer(answer, path, v.object({ id: hash })).id;
}

const resultAnswer = v.object({
  status: v.pipe(v.string("must be text"), v.toLowerCase()),
  error_message: v.optional(v.string("must be text"), ""),
});

export type TransactionResult = v.InferOutput<typeof resultAnswer>;

/**
 * What the network says of a transaction; `undefined` when it does not know it.
 *
 * @throws ChainError `NODE_ANSWER_INVALID`
 */
export async function transactionResult(
  id: string,
  environment: ChainEnvironment,
): Promise<TransactionResult | undefined> {
  const path = `/v1/transaction_results/${id}`;
  const answer = await unlessRefused(environment.askThirdParty(NODE, { method: "GET", path }));
  if (answer === undefined) return undefined;
  const result = readAnswer(answer, path, resultAnswer);
  return result.status === "" || result.status === "unknown" ? undefined : result;
}

/** An answer; `undefined` when the node has none (HTTP 404). */
async function unlessRefused(asking: Promise<JsonValue>): Promise<JsonValue | undefined> {
  try {
    return await asking;
  } catch (failure) {
    // Other refusals say nothing of what was asked for.
    if (failure instanceof ChainError && failure.httpStatus === 404) return undefined;
    throw failure;
  }
}
