/** JSON from outside, read with a schema: the payload of a pending transaction, and the answer of a node. */
import * as v from "valibot";
import { MAXIMUM_PAYLOAD_LENGTH, type PendingTransaction } from "../chain.ts";
import { isJsonObject, type JsonValue, parseExactJson } from "../codec/exact-json.ts";
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

/** The error of a `serializedTransaction` that is not what it should be; `reason` ends without a full stop. */
export function invalidPayload({ id }: PendingTransaction, reason: string): ChainError {
  return new ChainError("INVALID_TRANSACTION", `The serializedTransaction of ${id} is not valid: ${reason}.`);
}

/**
 * The text of a payload, which every family reads through here: longer text is refused before it costs time.
 *
 * @throws ChainError `INVALID_TRANSACTION` above {@link MAXIMUM_PAYLOAD_LENGTH}.
 */
export function payloadText(transaction: PendingTransaction): string {
  const { serializedTransaction: text } = transaction;
  if (text.length <= MAXIMUM_PAYLOAD_LENGTH) return text;
  throw invalidPayload(transaction, `it is longer than ${MAXIMUM_PAYLOAD_LENGTH} characters`);
}

/**
 * The JSON of a payload, with every digit of its numbers; `undefined` when it is not JSON. The error of the parser is not
 * handed on: it may quote the payload, which can hold a key.
 *
 * @param text the part of the payload that is JSON, where not all of it is.
 * @throws ChainError `INVALID_TRANSACTION` above {@link MAXIMUM_PAYLOAD_LENGTH}.
 */
export function payloadJson(
  transaction: PendingTransaction,
  text = payloadText(transaction),
): JsonValue | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
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
  const json = payloadJson(transaction);
  if (!isJsonObject(json)) throw invalidPayload(transaction, "it is not a JSON object");
  const refused = unsupported.find((member) => (json[member] ?? null) !== null);
  if (refused !== undefined) {
    throw invalidPayload(transaction, wrongMember(refused, "is not supported", json[refused]));
  }
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  throw invalidPayload(transaction, describeIssue(parsed.issues[0]));
}

/**
 * Reads the payload of a pending transaction once for all who ask: it is described, approved and signed by what was read at
 * the first time. What does not read is tried again.
 */
export function readOnce<Parameters extends readonly unknown[], Payload>(
  read: (transaction: PendingTransaction, ...parameters: Parameters) => Payload,
): (transaction: PendingTransaction, ...parameters: Parameters) => Payload {
  const known = new WeakMap<
    PendingTransaction,
    { readonly parameters: Parameters; readonly payload: Payload }
  >();
  return (transaction, ...parameters) => {
    const found = known.get(transaction);
    if (found?.parameters.every((parameter, at) => parameter === parameters[at])) return found.payload;
    const payload = read(transaction, ...parameters);
    known.set(transaction, { parameters, payload });
    return payload;
  };
}

/** A member that counts as absent when it has one of these values, as the callers of the API write it. */
export const absentWhen = <Schema extends v.GenericSchema>(values: readonly unknown[], schema: Schema) =>
  v.pipe(
    v.optional(v.unknown()),
    v.transform((value) => (values.includes(value) ? undefined : value)),
    v.optional(schema),
  );
