import * as v from "valibot";
import type { JsonValue } from "../codec/exact-json.ts";
import { describeIssue } from "../codec/issue.ts";
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
