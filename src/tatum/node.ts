/** The calls that chains make while they sign: blockchain nodes and helpers behind the Tatum API. */
import * as v from "valibot";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { ChainError } from "../../chains/error.ts";
import { ApiUnavailable } from "../errors.ts";
import type { HttpAnswer } from "../http/message.ts";
import { isSuccess, jsonOf, type TatumConnection } from "./connection.ts";

const rpcErrorSchema = v.object({ error: v.object({ message: v.optional(v.string()) }) });
/** Errors of a node itself that come with status 500, whatever the cause. The Tatum API's own errors look otherwise. */
const nodeErrorSchema = v.union([
  rpcErrorSchema,
  // A Rosetta server (Rosetta API 1.4, `Error`).
  v.object({ code: v.number(), message: v.string() }),
  // The gateway of MultiversX.
  v.object({ error: v.pipe(v.string(), v.nonEmpty()) }),
  // What the Tatum API hands on of a node.
  v.object({ errorCode: v.pipe(v.string(), v.startsWith("node.")) }),
]);

/** Milliseconds from a question on, for which its answer serves others as well: a burst of payments asks for the same. */
const SHARED_FOR = 1_000;

interface SharedAnswer {
  readonly until: number;
  readonly answer: Promise<unknown>;
}

export class NodeCalls {
  readonly #connection: TatumConnection;
  readonly #sharedFor: number;
  /** In the order in which they were asked for. */
  readonly #shared = new Map<string, SharedAnswer>();

  /** @param sharedFor milliseconds, see {@link shared} */
  constructor(connection: TatumConnection, sharedFor = SHARED_FOR) {
    this.#connection = connection;
    this.#sharedFor = sharedFor;
  }

  /**
   * The answer to a question that others asked a moment ago, or ask right now; a failure serves nobody who comes later.
   * @param question names all that the answer depends on
   */
  shared<Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer> {
    const now = performance.now();
    for (const [asked, { until }] of this.#shared) {
      if (until > now) break;
      this.#shared.delete(asked);
    }
    const known = this.#shared.get(question);
    if (known !== undefined) return known.answer as Promise<Answer>;
    const answer = ask();
    const asked = { until: now + this.#sharedFor, answer };
    this.#shared.set(question, asked);
    answer.catch(() => this.#shared.get(question) === asked && this.#shared.delete(question));
    return answer;
  }

  /**
   * A GET that a chain needs while signing.
   * @throws ApiUnavailable for passing failures, ChainError `NODE_REFUSED` for a definite no.
   */
  async get(path: string): Promise<JsonValue> {
    return this.#call(path, () => this.#connection.send({ method: "GET", path }));
  }

  /** A POST that a chain needs while signing; errors as {@link get}. */
  async post(path: string, body: JsonValue): Promise<JsonValue> {
    return this.#call(path, () => this.#connection.send({ method: "POST", path, body }));
  }

  /** A JSON-RPC 2.0 call; its result. Errors as {@link get}. */
  async rpc(path: string, method: string, params: readonly JsonValue[]): Promise<JsonValue> {
    const answer = await this.post(path, { jsonrpc: "2.0", id: 1, method, params: [...params] });
    const refusal = v.safeParse(rpcErrorSchema, answer);
    if (refusal.success) {
      const message = refusal.output.error.message ?? "an error without a message";
      throw new ChainError("NODE_REFUSED", `${method}: ${this.#connection.presentable(message)}`);
    }
    if (typeof answer !== "object" || answer === null || Array.isArray(answer) || !("result" in answer)) {
      throw new ChainError("NODE_ANSWER_INVALID", `The node's answer to ${method} is no JSON-RPC answer.`);
    }
    return (answer as { readonly result: JsonValue }).result;
  }

  async #call(path: string, send: () => Promise<HttpAnswer>): Promise<JsonValue> {
    const answer = await this.#connection.answerTo(path, () => this.#connection.withRetries(send));
    const json = jsonOf(answer);
    if (isSuccess(answer)) {
      if (json === undefined) throw new ApiUnavailable(`The answer to ${path} is not JSON.`);
      return json;
    }
    const isNodeError = answer.status === 500 && v.safeParse(nodeErrorSchema, json).success;
    const passing = answer.status === 401 || answer.status === 429 || (answer.status >= 500 && !isNodeError);
    if (passing) throw this.#connection.unavailable(`No answer to ${path}`, answer);
    if (v.is(rpcErrorSchema, json)) return json;
    throw new ChainError("NODE_REFUSED", `${path}: ${this.#connection.explain(answer)}`);
  }
}
