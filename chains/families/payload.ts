/** JSON from outside, read with a schema: the payload of a pending transaction, and the answer of a node. */
import * as v from "valibot";
import type { PendingTransaction } from "../chain.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseExactJson } from "../codec/exact-json.ts";
import { describeIssue, wrongMember } from "../codec/issue.ts";
import { ChainError } from "../error.ts";

/**
 * What a node answered, as far as it has the shape that is expected.
 *
 * @throws ChainError `NODE_ANSWER_INVALID` when the answer to `request` does not fit `schema`.
 */
export function readAnswer<Output>(
  answer: JsonValue,
  request: string,
  schema: v.GenericSchema<unknown, Output>,
): Output {
  const parsed = v.safeParse(schema, answer);
  if (parsed.success) return parsed.output;
  // The answer is not quoted: it comes from outside and may be long.
  throw new ChainError(
    "NODE_ANSWER_INVALID",
    `The answer to ${request} is not usable: ${describeIssue(parsed.issues[0], { quoted: false })}.`,
  );
}

/** No network takes transactions near this size; longer text is refused before it costs time. */
const MAX_CHARACTERS = 2_000_000;

/** The error of a `serializedTransaction` that is not what it should be; `reason` ends without a full stop. */
export function invalidPayload({ id }: PendingTransaction, reason: string): ChainError {
  return new ChainError("INVALID_TRANSACTION", `The serializedTransaction of ${id} is not valid: ${reason}.`);
}

/**
 * Reads a `serializedTransaction` that is a JSON object. Members that the schema does not know are dropped.
 *
 * @param unsupported members that would change what is signed, and that this program does not sign
 * @throws ChainError `INVALID_TRANSACTION` naming the member that is wrong.
 */
export function readJsonPayload<Output>(
  transaction: PendingTransaction,
  schema: v.GenericSchema<unknown, Output>,
  unsupported: readonly string[],
): Output {
  const json = parseObject(transaction.serializedTransaction);
  if (json === undefined) throw invalidPayload(transaction, "it is not a JSON object");
  const refused = unsupported.find((member) => (json[member] ?? null) !== null);
  if (refused !== undefined) {
    throw invalidPayload(transaction, wrongMember(refused, "is not supported", json[refused]));
  }
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  throw invalidPayload(transaction, describeIssue(parsed.issues[0]));
}

/** A member that counts as absent when it has one of these values, as the callers of the API write it. */
export const absentWhen = <Schema extends v.GenericSchema>(values: readonly unknown[], schema: Schema) =>
  v.pipe(
    v.optional(v.unknown()),
    v.transform((value) => (values.includes(value) ? undefined : value)),
    v.optional(schema),
  );

function parseObject(text: string): JsonObject | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  try {
    const json = parseExactJson(text);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
