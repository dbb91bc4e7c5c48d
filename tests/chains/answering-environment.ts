/** The outside world of a chain that asks the Tatum API and nodes: a list of requests and their answers. */
import type { ChainEnvironment, ChainFacts, Network } from "../../chains/chain.ts";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { ChainError } from "../../chains/error.ts";

export interface Exchange {
  readonly method: string;
  /** A host outside the Tatum API; absent for the API itself. */
  readonly host?: string;
  readonly path: string;
  readonly requestBodySubset?: JsonValue;
  /** HTTP status; 200 when absent. */
  readonly status?: number;
  readonly response: JsonValue | ((body: JsonValue | undefined) => JsonValue);
}

export interface Request {
  readonly method: string;
  readonly host?: string;
  readonly path: string;
  readonly body?: JsonValue;
}

/**
 * @param requests receives every request that was made
 */
export function answeringEnvironment(
  exchanges: readonly Exchange[],
  facts: ChainFacts,
  network: Network,
  requests: Request[] = [],
): Pick<ChainEnvironment, "network" | "get" | "post" | "askThirdParty" | "pause"> {
  const answer = async (request: Request): Promise<JsonValue> => {
    // What the wire would carry.
    const sent = parseExactJson(stringifyExactJson(request)) as unknown as Request;
    requests.push(sent);
    const found = exchanges.find(
      ({ method, host, path, requestBodySubset }) =>
        method === sent.method &&
        host === sent.host &&
        path === sent.path &&
        holds(sent.body, requestBodySubset),
    );
    if (found === undefined) throw new Error(`Unexpected request: ${stringifyExactJson(sent)}`);
    const response = typeof found.response === "function" ? found.response(sent.body) : found.response;
    if ((found.status ?? 200) < 400) return response;
    throw new ChainError("NODE_REFUSED", stringifyExactJson(response), { httpStatus: found.status ?? 200 });
  };
  return {
    network,
    get: (path) => answer({ method: "GET", path: withKey(path) }),
    post: (path, body) => answer({ method: "POST", path: withKey(path), body }),
    askThirdParty: (name, { method, path, body }) => {
      const url = facts.thirdParties?.[name]?.[network];
      if (url === undefined) throw new Error(`Unknown third party ${name}`);
      return answer({ method, host: new URL(url).host, path, ...(body !== undefined && { body }) });
    },
    pause: async () => {},
  };
}

function withKey(path: string): string {
  return path.replace("{key}", "TEST-API-KEY");
}

function holds(whole: JsonValue | undefined, part: JsonValue | undefined): boolean {
  if (part === undefined) return true;
  if (typeof part !== "object" || part === null) return whole === part;
  if (typeof whole !== "object" || whole === null) return false;
  const members = whole as { readonly [member: string]: JsonValue };
  return Object.entries(part).every(([name, member]) => holds(members[name], member));
}
