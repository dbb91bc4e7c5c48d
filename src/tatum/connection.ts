/**
 * The connection to the Tatum API: one base URL, one key, every request with a time limit; and its refusals, said on without
 * repeating everything it sent.
 */

import * as v from "valibot";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { defaultApiKey, keptApiKey } from "../api-key-name.ts";
import { ApiUnavailable } from "../errors.ts";
import type { HttpClient, Place } from "../http/client.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest, type Priority } from "../http/message.ts";
import { type RetryPolicy, retryAfter, withRetries } from "../http/retry.ts";

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
function presentable(text: string, apiKey: string): string {
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

export interface TatumConnectionOptions {
  readonly baseUrl: URL;
  readonly apiKey: string;
  /** Where the key was given, as in `TATUM_API_KEY (from environment)`. */
  readonly apiKeySetting?: string;
  /** Its name, by which its requests are counted. */
  readonly apiKeyName?: string;
  readonly http: HttpClient;
  /** Milliseconds until an answer has to be there. */
  readonly timeout: number;
  readonly retries: RetryPolicy;
  /** `TESTNET_TYPE`, sent along where set. */
  readonly testnetType?: string | undefined;
  /** Ends polls, questions and waits at once when the program is being stopped. */
  readonly stopping?: AbortSignal;
  /** Ends what may be on its way (broadcasts, reports) when the time to stop is used up. */
  readonly deadline?: AbortSignal;
}

interface TatumRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Begins with `/v3/`; `{key}` in it stands for the API key. */
  readonly path: string;
  readonly body?: JsonValue;
  /** The text of a body, where it was made before. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes the answer may have, where that is not the usual bound. */
  readonly maximumBytes?: number;
  readonly priority?: Priority;
}

/** A place that is kept for one request. */
export interface TatumPlace extends Pick<Place, "release"> {
  /** @throws HttpFailure */
  send(request: TatumRequest): Promise<HttpAnswer>;
}

/** Why there is no answer; anything but an {@link HttpFailure} is a mistake of this program and thrown on. */
export function reasonOf(failure: unknown): string {
  if (failure instanceof HttpFailure) return failure.message;
  throw failure;
}

export class TatumConnection {
  readonly #options: TatumConnectionOptions;

  constructor(options: TatumConnectionOptions) {
    this.#options = options;
  }

  /**
   * One request, ended at once by a stop.
   * @throws HttpFailure
   */
  send(request: TatumRequest): Promise<HttpAnswer> {
    return this.#options.http.send(this.#complete(request, this.#options.stopping));
  }

  /**
   * One request that changes something at the API: a stop lets it finish.
   * @throws HttpFailure
   */
  sendToTheEnd(request: TatumRequest): Promise<HttpAnswer> {
    return this.#options.http.send(this.#complete(request, this.#options.deadline));
  }

  /**
   * A place for one request that changes something at the API. A stop ends the wait for it, and lets the request finish.
   * @throws HttpFailure
   */
  async reserve(priority: Priority): Promise<TatumPlace> {
    const { http, baseUrl, timeout, stopping: signal, deadline } = this.#options;
    const place = await http.reserve(baseUrl, {
      priority,
      timeout,
      signal,
      account: keptApiKey(this.apiKeyName),
    });
    return {
      send: (request) => place.send(this.#complete(request, deadline)),
      release: () => place.release(),
    };
  }

  /** Whether requests wait because the API takes no more of them. */
  get isHeldUp(): boolean {
    return this.#options.http.waiting(this.#options.baseUrl, keptApiKey(this.apiKeyName)) > 0;
  }

  /** The name of the key. */
  get apiKeyName(): string {
    return this.#options.apiKeyName ?? defaultApiKey;
  }

  /** Sends again after passing failures, as often as the operator allows. */
  withRetries(send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    return withRetries(this.#options.retries, this.#options.stopping, send);
  }

  /** The same, once at most: for what is asked again soon anyway. */
  withOneRetry(send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const { retries, stopping } = this.#options;
    return withRetries({ ...retries, retries: Math.min(1, retries.retries) }, stopping, send);
  }

  /** @throws ApiUnavailable when there is no answer. */
  async answerTo<Answer>(path: string, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (cause) {
      const { retryAfter: wait } = cause as HttpFailure;
      throw new ApiUnavailable(`Error received from API ${path}: ${reasonOf(cause)}`, {
        cause,
        retryAfter: wait,
      });
    }
  }

  /** An answer that says to come back later, or that the API key is not good, as an error. */
  unavailable(what: string, answer: HttpAnswer): ApiUnavailable {
    const isKeyRefused = answer.status === 401 || answer.status === 403;
    return new ApiUnavailable(`${what}: ${this.explainToOperator(answer)}`, {
      retryAfter: retryAfter(answer.headers, Date.now()),
      mayPass: !isKeyRefused,
    });
  }

  /** What a refusal says, without the API key, for logs and reports. */
  explain(answer: HttpAnswer): string {
    return explain(answer, this.#options.apiKey);
  }

  /** The same with the place to look at when the key may be the cause; it may be a path, and so is for logs alone. */
  explainToOperator(answer: HttpAnswer): string {
    const isAboutKey = answer.status === 401 || (answer.status === 403 && errorCodeOf(answer) === undefined);
    const advice = isAboutKey ? `; check ${this.#options.apiKeySetting ?? "TATUM_API_KEY"}` : "";
    return this.explain(answer) + advice;
  }

  /** Text from outside, fit for logs and reports: bounded, without the API key. */
  presentable(text: string): string {
    return presentable(text, this.#options.apiKey);
  }

  #complete(
    { path, body, json, headers, ...request }: TatumRequest,
    signal: AbortSignal | undefined,
  ): HttpRequest {
    const { baseUrl, apiKey, timeout, testnetType } = this.#options;
    const text = json ?? (body === undefined ? undefined : stringifyExactJson(body));
    const base = baseUrl.href.replace(/\/+$/, "");
    return {
      ...request,
      // The key is part of some paths; it is put in here, so that no error or log can hold it.
      url: new URL(base + path.replaceAll("{key}", encodeURIComponent(apiKey))),
      headers: {
        accept: "application/json, text/plain, */*",
        "x-api-key": apiKey,
        ...(testnetType !== undefined && { "x-testnet-type": testnetType }),
        ...(text !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      timeout,
      signal,
      account: keptApiKey(this.apiKeyName),
      ...(text !== undefined && { body: text }),
    };
  }
}
