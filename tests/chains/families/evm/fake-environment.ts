import type { ChainEnvironment, ChainFacts, Network } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { ChainError } from "../../../../chains/error.ts";

/** A request and its answer: `response` of a GET is the body, that of a POST the JSON-RPC envelope. The path of a third
 * party is its whole URL. */
export interface Exchange {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly requestBodySubset?: { readonly method: string; readonly params: readonly JsonValue[] };
  readonly response: JsonValue;
}

export interface EnvironmentOptions {
  readonly network?: Network;
  readonly settings?: Readonly<Record<string, string>>;
  readonly thirdParties?: ChainFacts["thirdParties"] | undefined;
  /** Next nonces of the journal by account. */
  readonly sequences?: Map<string, bigint>;
  readonly warnings?: string[];
  /** Requests that were answered, as `method path` or `JSON-RPC method path`. */
  readonly requests?: string[];
}

/** An environment that knows a list of exchanges and fails on every other request. */
export function environmentOf(
  exchanges: readonly Exchange[],
  options: EnvironmentOptions = {},
): ChainEnvironment {
  const answer = (method: string, path: string, body?: JsonValue): JsonValue => {
    const request = path.replace("{key}", "test-api-key");
    const found = exchanges.find(
      (exchange) =>
        exchange.method === method &&
        exchange.path === request &&
        (body === undefined || contains(body, exchange.requestBodySubset as unknown as JsonValue)),
    );
    if (found === undefined)
      throw new Error(`Unexpected request: ${method} ${request} ${JSON.stringify(body)}`);
    options.requests?.push(`${found.requestBodySubset?.method ?? method} ${path}`);
    return found.response;
  };
  const network = options.network ?? "testnet";
  return {
    network,
    get: async (path) => answer("GET", path),
    post: async (path) => {
      throw new Error(`Unexpected POST ${path}`);
    },
    rpc: async (path, method, params) => {
      const { error, result } = answer("POST", path, { method, params }) as {
        readonly error?: { readonly message: string };
        readonly result: JsonValue;
      };
      if (error !== undefined) throw new ChainError("NODE_REFUSED", error.message);
      return result;
    },
    askThirdParty: async (name, request) =>
      answer(request.method, `${options.thirdParties?.[name]?.[network]}${request.path}`, request.body),
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (account, counted) => {
      const next = options.sequences?.get(account) ?? 0n;
      return next > counted ? next : counted;
    },
    setting: (name) => options.settings?.[name],
    now: () => 0,
    pause: async () => {},
    warn: (message) => options.warnings?.push(message),
  };
}

function contains(value: JsonValue | undefined, subset: JsonValue): boolean {
  if (typeof subset !== "object" || subset === null) return value === subset;
  if (typeof value !== "object" || value === null) return false;
  const members = value as { readonly [member: string]: JsonValue };
  return Object.entries(subset).every(([name, member]) => contains(members[name], member));
}
