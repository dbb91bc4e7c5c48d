/** The sandbox's HTTP server, for programs on this machine alone. */
import { ApiError } from "./api-error.ts";
import { chainEndpoints } from "./chain-endpoints.ts";
import { sandboxChains } from "./chains/index.ts";
import { sandboxEndpoints } from "./control.ts";
import { disturb } from "./faults.ts";
import { kmsEndpoints } from "./kms-endpoints.ts";
import { NodeRpc } from "./nodes/node-rpc.ts";
import { ApiRequest, matchRoute, type Route } from "./routes.ts";
import { SandboxState } from "./state.ts";

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
const LOOPBACK_ORIGIN = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Keeps web pages out that a browser on this machine has open: those that point their own name at 127.0.0.1 (DNS
 * rebinding) show it in `Host`, those that send across origins in `Origin`.
 *
 * @throws ApiError 403
 */
function refuseForeignCaller(headers: Headers): void {
  const origin = headers.get("origin");
  const ownOrigin = origin === null || LOOPBACK_ORIGIN.test(origin);
  if (!LOOPBACK_HOST.test(headers.get("host") ?? "") || !ownOrigin) {
    throw new ApiError(403, "sandbox.foreign.caller", "The sandbox answers only programs on this machine.");
  }
}

const BODY_LIMIT_BYTES = 2_000_000;
/** Seconds of silence after which a connection is closed; the longest that Bun allows. */
const IDLE_SECONDS = 255;

export interface SandboxOptions {
  /** TCP port on 127.0.0.1; 0 or absent takes a free one. */
  readonly port?: number;
  /** Ticker -> URL of a node (`http://user:password@host:port`) that broadcasts and questions are passed on to. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Whether it stands for the API with a testnet key; default false. */
  readonly testnet?: boolean;
}

export interface Sandbox {
  /** Base URL, such as `http://127.0.0.1:4000`, without a slash at the end. */
  readonly url: string;
  /** The four-eye stand-in, as the daemon's external URL. */
  readonly fourEyeUrl: string;
  /** Closes all connections. What the sandbox knew is gone. */
  stop(): Promise<void>;
}

export type SandboxStartErrorCode = "UNKNOWN_CHAIN" | "INVALID_NODE_URL" | "PORT_UNAVAILABLE";

/** Why a sandbox could not start. */
export class SandboxStartError extends Error {
  override readonly name = "SandboxStartError";

  readonly code: SandboxStartErrorCode;

  constructor(code: SandboxStartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Starts a stand-in of the parts of the Tatum API that a KMS talks to: in memory, on 127.0.0.1.
 *
 * @throws SandboxStartError
 */
export function startSandbox(options: SandboxOptions): Sandbox {
  const state = new SandboxState(options.testnet === true ? "testnet" : "mainnet", openNodes(options.nodes));
  const routes = [
    ...kmsEndpoints(state),
    ...chainEndpoints(state),
    ...sandboxChains.flatMap((chain) => chain.endpoints?.(state) ?? []),
    ...sandboxEndpoints(state),
  ];
  const server = listen(options.port ?? 0, (request) => answer(state, routes, request));
  const url = `http://127.0.0.1:${server.port}`;
  return { url, fourEyeUrl: `${url}/sandbox/four-eye`, stop: () => server.stop(true) };
}

function openNodes(urls: ReadonlyMap<string, string>): ReadonlyMap<string, NodeRpc> {
  const nodes = new Map<string, NodeRpc>();
  for (const [ticker, url] of urls) {
    if (!sandboxChains.some((chain) => chain.ticker === ticker)) {
      throw new SandboxStartError(
        "UNKNOWN_CHAIN",
        `The Tatum API has no chain ${ticker}. Tickers look like ETH.`,
      );
    }
    try {
      nodes.set(ticker, new NodeRpc(url));
    } catch (cause) {
      throw new SandboxStartError(
        "INVALID_NODE_URL",
        `The node URL of ${ticker} must begin with http:// or https://.`,
        { cause },
      );
    }
  }
  return nodes;
}

function listen(port: number, fetch: (request: Request) => Promise<Response>): Bun.Server<undefined> {
  try {
    return Bun.serve({
      hostname: "127.0.0.1",
      port,
      idleTimeout: IDLE_SECONDS,
      // Somewhat above the own limit, which answers in the API's error shape.
      maxRequestBodySize: BODY_LIMIT_BYTES * 4,
      development: false,
      // Outside development Bun shares ports by default; a second sandbox must not take half of the requests.
      reusePort: false,
      fetch,
    });
  } catch (cause) {
    throw new SandboxStartError(
      "PORT_UNAVAILABLE",
      `The sandbox cannot listen on 127.0.0.1:${port}. Choose another port.`,
      { cause },
    );
  }
}

async function answer(state: SandboxState, routes: readonly Route[], request: Request): Promise<Response> {
  const apply = async (): Promise<Response> => {
    try {
      return await handle(routes, request);
    } catch (error) {
      if (error instanceof ApiError) return error.toResponse();
      return new ApiError(500, "internal.error", `The sandbox failed: ${String(error)}`).toResponse();
    }
  };
  try {
    refuseForeignCaller(request.headers);
  } catch (error) {
    if (error instanceof ApiError) return error.toResponse();
    throw error;
  }
  const fault = state.faults.take(request.method, new URL(request.url).pathname);
  return fault === undefined ? apply() : disturb(fault, request.signal, apply);
}

async function handle(routes: readonly Route[], request: Request): Promise<Response> {
  const url = new URL(request.url);
  const route = matchRoute(routes, request.method, url.pathname);
  if (route === undefined) {
    throw new ApiError(
      404,
      "not.found",
      "The sandbox has no such endpoint. See docs/sandbox.md for the list.",
    );
  }
  // JSON-RPC carries the key in its path.
  const needsKeyHeader = url.pathname.startsWith("/v3/") && !route.parameters.has("apiKey");
  if (needsKeyHeader && (request.headers.get("x-api-key") ?? "") === "") {
    throw new ApiError(401, undefined, "The header x-api-key is missing. The sandbox takes any value.");
  }
  return route.handle(new ApiRequest(request.method, url, await readBody(request), route.parameters));
}

async function readBody(request: Request): Promise<string> {
  const bytes = await request.bytes();
  if (bytes.byteLength > BODY_LIMIT_BYTES) {
    throw new ApiError(413, "request.too.large", `The request body exceeds ${BODY_LIMIT_BYTES} bytes.`);
  }
  return new TextDecoder().decode(bytes);
}
