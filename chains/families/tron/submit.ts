/**
 * The proof that a signed TRON transaction can no longer land: blocks are beyond its expiration.
 * https://developers.tron.network/docs/tron-protocol-transaction
 */
import * as v from "valibot";
import type { ChainEnvironment, Proof, SignedTransaction } from "../../chain.ts";
import { jsonInteger, MAX_NONCE } from "../../codec/quantity.ts";
import { readAnswer } from "../payload.ts";

/** Milliseconds until blocks are final ("solidified"), several times over: 19 blocks of 3 seconds. */
const UNTIL_FINAL = 300_000n;

const newestAnswer = v.object({
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, "must be 64 hex digits")),
});
const blockAnswer = v.object({ timestamp: jsonInteger(MAX_NONCE) });

/**
 * Whether the newest block was made long after the expiration of these bytes, which no later block may hold. Whether an earlier
 * one does, the API is asked besides.
 * @throws ChainError
 */
export async function proveLapsed(
  { expiry }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (expiry?.kind !== "time") return "none";
  const newest = "/v3/tron/info";
  const { hash } = readAnswer(await environment.get(newest), newest, newestAnswer);
  const path = `/v3/tron/block/${hash}`;
  const { timestamp } = readAnswer(await environment.get(path), path, blockAnswer);
  return timestamp > expiry.value + UNTIL_FINAL ? "several-answers" : "none";
}
