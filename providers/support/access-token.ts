/** Access tokens of OAuth 2.0 (https://www.rfc-editor.org/rfc/rfc6749), with which cloud services know who asks. */
import * as v from "valibot";
import type { ProviderError, ProviderErrorCode } from "../error.ts";
import { Secret } from "../secret.ts";
import type { HttpSender, ServiceAnswer, ServiceRequest } from "./http-sender.ts";
import { isSuccess, parseAnswer, refusal } from "./service-answer.ts";

/** What can stand in an `Authorization` header, and no longer than any real one. */
export const accessToken = v.pipe(
  v.string(),
  v.maxLength(65_536),
  v.regex(/^[\x21-\x7e]+$/),
  v.transform((text) => new Secret(text)),
);

/** RFC 6749, 5.1. */
const tokenAnswer = v.object({
  access_token: accessToken,
  token_type: v.pipe(v.string(), v.toLowerCase(), v.literal("bearer")),
});

/**
 * RFC 6749, 5.2. Its `error_description` is a sentence that could quote something, and so is left out; the words that
 * `error` may be are all of small letters, which no key or token is.
 */
const errorAnswer = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ error: v.pipe(v.string(), v.regex(/^[a-z]{1,32}(?:_[a-z]{1,32}){0,4}$/)) }),
);

/** Whoever gives tokens refuses with these; "not found" would sound as if the secret did not exist. */
const REFUSALS: readonly number[] = [400, 401, 403, 404];

/** A request whose body is a form. */
export function formPost(url: URL, fields: Readonly<Record<string, string>>): ServiceRequest {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams(fields).toString(),
  };
}

/** The header that shows a token (RFC 6750, 2.1). */
export function bearer(token: Secret): Record<string, string> {
  return { authorization: `Bearer ${token.reveal()}` };
}

/**
 * The error that an answer without a token stands for.
 *
 * @param hint what the operator can do about a refusal
 */
export function tokenRefusal(service: string, answer: ServiceAnswer, hint: string): ProviderError {
  const parsed = v.safeParse(errorAnswer, answer.body);
  const code: ProviderErrorCode | undefined = REFUSALS.includes(answer.status) ? "NOT_ALLOWED" : undefined;
  const errorName = parsed.success ? parsed.output.error : undefined;
  return refusal(service, "an access token", answer, { errorName, hint, code });
}

/**
 * Asks for an access token.
 *
 * @param service who is asked, for the error
 * @param hint what the operator can do about a refusal
 * @throws ProviderError `NOT_ALLOWED`, `UNREACHABLE`, `BAD_ANSWER`
 */
export async function requestToken(
  http: HttpSender,
  service: string,
  request: ServiceRequest,
  hint: string,
): Promise<Secret> {
  const answer = await http.send(request);
  if (!isSuccess(answer)) throw tokenRefusal(service, answer, hint);
  return parseAnswer(service, "an access token", tokenAnswer, answer).access_token;
}
