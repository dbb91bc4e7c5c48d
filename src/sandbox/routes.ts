/** Routes of the sandbox: methods, paths and the requests that they match. */
import * as v from "valibot";
import { type JsonValue, parseExactJson } from "../../chains/codec/exact-json.ts";
import { ApiError, validationFailed } from "./api-error.ts";

/** A request whose body has been read. */
export class ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** The body as text, empty when there is none. */
  readonly text: string;
  readonly #parameters: ReadonlyMap<string, string>;

  constructor(method: string, url: URL, text: string, parameters: ReadonlyMap<string, string>) {
    this.method = method;
    this.url = url;
    this.text = text;
    this.#parameters = parameters;
  }

  /** The segment of the path that the route names `:name`. */
  parameter(name: string): string {
    return this.#parameters.get(name) ?? "";
  }

  /**
   * The body as JSON; a body is required.
   *
   * @throws ApiError 400 when it is not JSON.
   */
  json(): JsonValue {
    try {
      return parseExactJson(this.text);
    } catch {
      throw new ApiError(400, "validation.failed", "The request body is not JSON. Send a JSON body.");
    }
  }

  /**
   * The body, checked by a schema.
   *
   * @throws ApiError 400 with one entry in `data` for each member that is wrong.
   */
  body<Output>(schema: v.GenericSchema<unknown, Output>): Output {
    const result = v.safeParse(schema, this.json());
    if (result.success) return result.output;
    throw validationFailed(
      result.issues.map((issue) => ({
        target: "body",
        property: v.getDotPath(issue) ?? "",
        constraints: { [issue.type]: issue.message },
      })),
    );
  }
}

export type Handler = (request: ApiRequest) => Response | Promise<Response>;

export interface Route {
  readonly method: string;
  /** Segments; one that begins with `:` takes any value. */
  readonly path: string;
  readonly handle: Handler;
}

export interface MatchedRoute {
  readonly handle: Handler;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The first route of that method and path. */
export function matchRoute(routes: readonly Route[], method: string, path: string): MatchedRoute | undefined {
  const given = path.split("/");
  for (const route of routes) {
    if (route.method !== method) continue;
    const parameters = matchSegments(route.path.split("/"), given);
    if (parameters !== undefined) return { handle: route.handle, parameters };
  }
  return undefined;
}

function matchSegments(
  wanted: readonly string[],
  given: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (wanted.length !== given.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [position, segment] of wanted.entries()) {
    const value = given[position] ?? "";
    if (segment.startsWith(":") && value !== "") parameters.set(segment.slice(1), value);
    else if (segment !== value) return undefined;
  }
  return parameters;
}

/** Hosts outside the Tatum API for which the sandbox stands in as well. */
const HOSTS = ["VET", "FLOW"] as const;
export type HostName = (typeof HOSTS)[number];

/** Where the stand-in of a host answers. */
export function hostPath(name: HostName): string {
  return `/sandbox/hosts/${name}`;
}

/** The variables that point the daemon to a sandbox instead of these hosts. */
export function hostVariables(sandboxUrl: string): Readonly<Record<string, string>> {
  return Object.fromEntries(HOSTS.map((name) => [`TATUM_KMS_${name}_URL`, sandboxUrl + hostPath(name)]));
}
