import * as v from "valibot";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../../chains/codec/exact-json.ts";

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
  readonly #url: string;
  readonly #headers: Record<string, string> = { "content-type": "application/json" };
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
    if (parsed.username !== "" || parsed.password !== "") {
      const credentials = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
      this.#headers["authorization"] = `Basic ${Buffer.from(credentials).toString("base64")}`;
      parsed.username = "";
      parsed.password = "";
    }
    this.#url = parsed.href;
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
      throw new NodeUnreachable(`The node answered ${method} with status ${status} and no JSON-RPC.`);
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
      const response = await fetch(this.#url, {
        method: "POST",
        headers: this.#headers,
        body,
        redirect: "error",
        signal: AbortSignal.timeout(TIME_LIMIT_MILLISECONDS),
      });
      return { status: response.status, text: await readLimited(response) };
    } catch (cause) {
      if (cause instanceof NodeUnreachable) throw cause;
      throw new NodeUnreachable("The node did not answer. Check that it runs and that its URL is right.", {
        cause,
      });
    }
  }
}

async function readLimited(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_LIMIT_BYTES)
      throw new NodeUnreachable(`The node's answer exceeds ${ANSWER_LIMIT_BYTES} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseOrUndefined(text: string): JsonValue | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
