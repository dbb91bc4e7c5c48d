/** How the Tatum API says no, and how to say it on without repeating everything it sent. */
import * as v from "valibot";
import { type JsonValue, parseExactJson } from "../../chains/codec/exact-json.ts";
import type { HttpAnswer } from "../http/client.ts";

const MAXIMUM_MESSAGE_LENGTH = 500;

const errorSchema = v.object({
  message: v.optional(v.union([v.string(), v.array(v.string())])),
  errorCode: v.optional(v.string()),
});

/** Whether the status is a plain success. */
export function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The answer's JSON, or `undefined` when it is none. */
export function jsonOf(answer: HttpAnswer): JsonValue | undefined {
  try {
    return parseExactJson(answer.body);
  } catch {
    return undefined;
  }
}

/** The API's own error code, such as `kms.missing`. */
export function errorCodeOf(answer: HttpAnswer): string | undefined {
  const parsed = v.safeParse(errorSchema, jsonOf(answer));
  return parsed.success ? parsed.output.errorCode : undefined;
}

/** Signed bytes that are echoed would end up in logs; ids and addresses are shorter. */
const LONG_RUN = /[\w+/=-]{100,}/g;

/** A text of the API, fit for logs and reports: without the API key, whole payloads and a full stop at its end, bounded. */
export function presentable(text: string, apiKey: string): string {
  return text
    .replaceAll(apiKey, "[API key]")
    .replaceAll(encodeURIComponent(apiKey), "[API key]")
    .replace(LONG_RUN, (run) => `${run.slice(0, 16)}...`)
    .slice(0, MAXIMUM_MESSAGE_LENGTH)
    .replace(/(?<!\.)\.\.(?!\.)/g, ".")
    .replace(/(?<!\.)\.?\s*$/, "");
}

/** Status, error code and message of a refusal, for logs and reports. */
export function explain(answer: HttpAnswer, apiKey: string): string {
  const parsed = v.safeParse(errorSchema, jsonOf(answer));
  const { message, errorCode } = parsed.success ? parsed.output : {};
  const text = Array.isArray(message) ? message.join("; ") : message;
  const parts = [`HTTP ${answer.status}`, errorCode, text].filter(
    (part) => part !== undefined && part !== "",
  );
  return presentable(parts.join(", "), apiKey);
}
