/** The calls of the Tatum API that a KMS makes. Every answer is parsed before anything acts on it. */
import * as v from "valibot";
import { ChainError } from "../../chains/chain-error.ts";
import { type JsonValue, stringifyExactJson } from "../../chains/exact-json.ts";
import { version } from "../version.ts";
import { errorCodeOf, explain, isSuccess, jsonOf, presentable } from "./api-answer.ts";
import { ApiUnavailable } from "./api-unavailable.ts";
import { type HttpAnswer, type HttpClient, HttpFailure } from "./http-client.ts";
import { type ListEntry, readPendingTransaction } from "./pending-transaction.ts";
import { type RetryPolicy, retryAfter, withRetries } from "./retry.ts";

/** As many as one round works on; the rest comes with the next polls. */
const MAXIMUM_PENDING = 10_000;

const OFF_CHAIN_BROADCAST_PATH = "/v3/offchain/withdrawal/broadcast";

/** Answers of the broadcast endpoints that mean "not now" although they come as a 403. */
const LATER_CODES = new Set(["withdrawal.pending"]);
const REFUSING_STATUSES = new Set([400, 403, 409, 413, 422]);

export interface TatumApiOptions {
  readonly baseUrl: URL;
  readonly apiKey: string;
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

export interface Poll {
  readonly entries: readonly ListEntry[];
  /** How many transactions the API listed; `entries` are the first of them. */
  readonly listed: number;
  /** `version;level;message` of the newest KMS, as the API announces it. */
  readonly latestVersion?: string;
}

export interface Broadcast {
  readonly path: string;
  /** The chain's ticker, for off-chain withdrawals. */
  readonly currency: string;
  readonly txData: string;
  readonly signatureId: string;
  readonly withdrawalId?: string | undefined;
}

export type BroadcastAnswer =
  | {
      readonly kind: "accepted";
      readonly txId: string;
      readonly markedComplete: boolean;
      readonly note?: string;
    }
  /** The API or the node behind it looked at the transaction and said no. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nobody knows whether the transaction went out. */
  | { readonly kind: "unclear"; readonly reason: string; readonly retryAfter?: number };

export type Completion =
  | { readonly kind: "completed"; readonly txId: string }
  | { readonly kind: "not-completed" }
  /** The API says that it does not know the transaction, or no longer: it may have been cancelled. */
  | { readonly kind: "missing" }
  | { readonly kind: "unclear"; readonly reason: string };

const acceptedSchema = v.object({
  txId: v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
  failed: v.optional(v.unknown()),
  completed: v.optional(v.unknown()),
});

const completionSchema = v.object({ txId: v.nullish(v.string()) });
const rpcErrorSchema = v.object({ error: v.object({ message: v.optional(v.string()) }) });

function reasonOf(failure: unknown): string {
  if (failure instanceof HttpFailure) return failure.message;
  throw failure;
}

export class TatumApi {
  readonly #options: TatumApiOptions;

  constructor(options: TatumApiOptions) {
    this.#options = options;
  }

  /**
   * The pending transactions of a chain for these signature IDs.
   * @throws ApiUnavailable when there is no usable list.
   */
  async pending(chain: string, signatureIds: readonly string[]): Promise<Poll> {
    const path = `/v3/kms/pending/${chain}`;
    const answer = await this.#try(path, () =>
      withRetries(this.#fewRetries, this.#options.stopping, () =>
        this.#send(
          "POST",
          path,
          { signatureIds: [...signatureIds] },
          { "x-ttm-kms-client-version": version },
        ),
      ),
    );
    if (!isSuccess(answer)) throw this.#unavailable(`Error received from API ${path}`, answer);
    const list = jsonOf(answer);
    if (!Array.isArray(list)) throw new ApiUnavailable(`The API's answer to ${path} is not a list.`);
    const latestVersion = answer.headers.get("x-ttm-kms-latest-version") ?? undefined;
    const entries = list.slice(0, MAXIMUM_PENDING).map((entry) => readPendingTransaction(entry, chain));
    return { entries, listed: list.length, ...(latestVersion === undefined ? {} : { latestVersion }) };
  }

  /** Hands over a signed transaction, once. */
  async broadcast({
    path,
    currency,
    txData,
    signatureId,
    withdrawalId,
  }: Broadcast): Promise<BroadcastAnswer> {
    let answer: HttpAnswer;
    try {
      answer =
        withdrawalId === undefined
          ? await this.#sendToTheEnd("POST", path, { txData, signatureId })
          : await this.#sendToTheEnd("POST", OFF_CHAIN_BROADCAST_PATH, {
              currency,
              signatureId,
              withdrawalId,
              txData,
            });
    } catch (failure) {
      return { kind: "unclear", reason: reasonOf(failure) };
    }
    if (isSuccess(answer)) {
      const accepted = v.safeParse(acceptedSchema, jsonOf(answer));
      if (!accepted.success) return { kind: "unclear", reason: "the answer to the broadcast holds no txId" };
      const { txId, failed, completed } = accepted.output;
      if (withdrawalId !== undefined && completed === false) {
        const note = "the withdrawal was sent but has to be completed by hand";
        return { kind: "accepted", txId, markedComplete: true, note };
      }
      return { kind: "accepted", txId, markedComplete: failed !== true };
    }
    if (REFUSING_STATUSES.has(answer.status) && !LATER_CODES.has(errorCodeOf(answer) ?? "")) {
      return { kind: "refused", reason: this.#explain(answer) };
    }
    const wait = retryAfter(answer.headers, Date.now());
    const reason = this.#explain(answer);
    return wait === undefined ? { kind: "unclear", reason } : { kind: "unclear", reason, retryAfter: wait };
  }

  /** Whether the API knows the transaction as done. */
  async completion(id: string): Promise<Completion> {
    try {
      const answer = await withRetries(this.#fewRetries, this.#options.stopping, () =>
        this.#send("GET", `/v3/kms/${encodeURIComponent(id)}`),
      );
      if (isSuccess(answer)) {
        const parsed = v.safeParse(completionSchema, jsonOf(answer));
        if (!parsed.success)
          return { kind: "unclear", reason: "the answer about the transaction has no known shape" };
        return parsed.output.txId
          ? { kind: "completed", txId: parsed.output.txId }
          : { kind: "not-completed" };
      }
      if (errorCodeOf(answer) === "kms.missing") return { kind: "missing" };
      return { kind: "unclear", reason: this.#explain(answer) };
    } catch (failure) {
      return { kind: "unclear", reason: reasonOf(failure) };
    }
  }

  /** Marks a transaction as done under a transaction id; whether the API took it. */
  async markComplete(id: string, txId: string): Promise<boolean> {
    try {
      const path = `/v3/kms/${encodeURIComponent(id)}/${encodeURIComponent(txId)}`;
      return isSuccess(
        await withRetries(this.#options.retries, this.#options.stopping, () =>
          this.#sendToTheEnd("PUT", path),
        ),
      );
    } catch (failure) {
      reasonOf(failure);
      return false;
    }
  }

  /** Reports failed transactions; the reason when the API did not take the report. */
  async reportErrors(errors: readonly { signatureId: string; error: string }[]): Promise<string | undefined> {
    try {
      const answer = await withRetries(this.#options.retries, this.#options.stopping, () =>
        this.#sendToTheEnd("POST", "/v3/tatum/kms/batch", { errors: [...errors] }),
      );
      return isSuccess(answer) ? undefined : this.#explain(answer);
    } catch (failure) {
      return reasonOf(failure);
    }
  }

  /**
   * A GET that a chain needs while signing.
   * @throws ApiUnavailable for passing failures, ChainError `NODE_REFUSED` for a definite no.
   */
  async get(path: string): Promise<JsonValue> {
    return this.#chainCall(path, () => this.#send("GET", path));
  }

  /** A POST that a chain needs while signing; errors as {@link get}. */
  async post(path: string, body: JsonValue): Promise<JsonValue> {
    return this.#chainCall(path, () => this.#send("POST", path, body));
  }

  /** A JSON-RPC 2.0 call; its result. Errors as {@link get}. */
  async rpc(path: string, method: string, params: readonly JsonValue[]): Promise<JsonValue> {
    const answer = await this.post(path, { jsonrpc: "2.0", id: 1, method, params: [...params] });
    const refusal = v.safeParse(rpcErrorSchema, answer);
    if (refusal.success) {
      const message = refusal.output.error.message ?? "an error without a message";
      throw new ChainError("NODE_REFUSED", `${method}: ${presentable(message, this.#options.apiKey)}`);
    }
    if (typeof answer !== "object" || answer === null || Array.isArray(answer) || !("result" in answer)) {
      throw new ChainError("NODE_ANSWER_INVALID", `The node's answer to ${method} is no JSON-RPC answer.`);
    }
    return (answer as { readonly result: JsonValue }).result;
  }

  async #chainCall(path: string, send: () => Promise<HttpAnswer>): Promise<JsonValue> {
    const answer = await this.#try(path, () =>
      withRetries(this.#options.retries, this.#options.stopping, send),
    );
    const json = jsonOf(answer);
    if (isSuccess(answer)) {
      if (json === undefined) throw new ApiUnavailable(`The answer to ${path} is not JSON.`);
      return json;
    }
    // A 500 with a JSON body is the node's own answer, as a Rosetta server gives it; 502 to 504 come from what is before it.
    const isNodeError = answer.status === 500 && typeof json === "object" && json !== null;
    const passing = answer.status === 401 || answer.status === 429 || (answer.status >= 500 && !isNodeError);
    if (passing) throw this.#unavailable(`No answer to ${path}`, answer);
    if (v.is(rpcErrorSchema, json)) return json;
    throw new ChainError("NODE_REFUSED", `${path}: ${this.#explain(answer)}`);
  }

  async #try(path: string, send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    try {
      return await send();
    } catch (failure) {
      throw new ApiUnavailable(`Error received from API ${path}: ${reasonOf(failure)}`, undefined, {
        cause: failure,
      });
    }
  }

  #unavailable(what: string, answer: HttpAnswer): ApiUnavailable {
    return new ApiUnavailable(`${what}: ${this.#explain(answer)}`, retryAfter(answer.headers, Date.now()));
  }

  #explain(answer: HttpAnswer): string {
    return explain(answer, this.#options.apiKey);
  }

  /** For calls that change something at the API: a stop lets them finish. */
  #sendToTheEnd(method: "POST" | "PUT", path: string, body?: JsonValue): Promise<HttpAnswer> {
    return this.#send(method, path, body, {}, this.#options.deadline);
  }

  /** For what is asked again soon anyway. */
  get #fewRetries(): RetryPolicy {
    return { ...this.#options.retries, retries: Math.min(1, this.#options.retries.retries) };
  }

  #send(
    method: "GET" | "POST" | "PUT",
    path: string,
    body?: JsonValue,
    headers: Readonly<Record<string, string>> = {},
    signal: AbortSignal | undefined = this.#options.stopping,
  ): Promise<HttpAnswer> {
    const { baseUrl, apiKey, http, timeout, testnetType } = this.#options;
    const base = baseUrl.href.replace(/\/+$/, "");
    return http.send({
      method,
      // The key is part of some paths; it is put in here, so that no error or log can hold it.
      url: new URL(base + path.replaceAll("{key}", encodeURIComponent(apiKey))),
      headers: {
        accept: "application/json, text/plain, */*",
        "x-api-key": apiKey,
        ...(testnetType === undefined ? {} : { "x-testnet-type": testnetType }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      timeout,
      signal,
      ...(body === undefined ? {} : { body: stringifyExactJson(body) }),
    });
  }
}
