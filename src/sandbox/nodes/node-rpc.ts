/** A node that speaks JSON-RPC, as the sandbox asks it (https://www.jsonrpc.org/specification). */
import * as v from "valibot";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { HttpClient } from "../../http/client.ts";
import { HttpFailure } from "../../http/message.ts";

const TIME_LIMIT_MILLISECONDS = 10_000;
const ANSWER_LIMIT_BYTES = 8_000_000;

/** The node answered with a JSON-RPC error. */
export class NodeRefused extends Error {
  override readonly name = "NodeRefused";

  /** The node's own error code. */
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The node gave no answer, or none that can be read. What was asked may have happened. */
export class NodeUnreachable extends Error {
  override readonly name = "NodeUnreachable";
}

const answerSchema = v.object({
  result: v.optional(v.unknown()),
  error: v.nullish(v.looseObject({ code: v.number(), message: v.string() })),
});

export interface NodeAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * A node that speaks JSON-RPC over HTTP: geth-style (JSON-RPC 2.0) or bitcoind-style (errors come with status 500).
 */
export class NodeRpc {
  readonly #url: URL;
  readonly #http: HttpClient;
  #lastId = 0;

  /**
   * @param url `http://` or `https://`; `user:password@` in it becomes a Basic authorization (RFC 7617).
   * @throws TypeError when it is no such URL.
   */
  constructor(url: string) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      throw new TypeError("A node URL must begin with http:// or https://.");
    }
    this.#url = parsed;
    this.#http = new HttpClient([parsed], { plainHttp: "any" });
  }

  /**
   * One call; its result.
   *
   * @throws NodeRefused | NodeUnreachable
   */
  async call(method: string, params: readonly JsonValue[]): Promise<JsonValue> {
    this.#lastId += 1;
    const { status, text } = await this.forward(
      stringifyExactJson({ jsonrpc: "2.0", id: this.#lastId, method, params }),
    );
    const answer = v.safeParse(answerSchema, parseOrUndefined(text));
    if (!answer.success)
      throw new NodeUnreachable(`The node answered ${method} with HTTP ${status} and no JSON-RPC.`);
    const { error, result } = answer.output;
    if (error !== null && error !== undefined) throw new NodeRefused(error.message, error.code);
    return (result ?? null) as JsonValue;
  }

  /**
   * Passes a JSON-RPC body on as it is, and gives the node's answer as it is.
   *
   * @throws NodeUnreachable
   */
  async forward(body: string): Promise<NodeAnswer> {
    try {
      const { status, body: text } = await this.#http.send({
        method: "POST",
        url: this.#url,
        headers: { "content-type": "application/json" },
        body,
        timeout: TIME_LIMIT_MILLISECONDS,
        maximumBytes: ANSWER_LIMIT_BYTES,
      });
      return { status, text };
    } catch (cause) {
      if (!(cause instanceof HttpFailure)) throw cause;
      throw new NodeUnreachable("The node did not answer. Check that it runs and that its URL is right.", {
        cause,
      });
    }
  }
}

function parseOrUndefined(text: string): JsonValue | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
