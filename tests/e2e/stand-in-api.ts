/** A stand-in of the Tatum API that answers just what a test says, and remembers every request. */
import type { Hex } from "viem";
import type { Network } from "../../chains/chain.ts";
import { checksummedAddress } from "../../chains/families/evm/address.ts";
import { transactionId } from "../../src/sandbox/broadcasts.ts";
import { chainOfPathName, chainOfTicker } from "../../src/sandbox/chains/index.ts";

export interface RecordedRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface BroadcastBody {
  readonly txData: string;
  /** Of a withdrawal: the chain's ticker. */
  readonly currency?: string;
}

/** Takes a signed transaction, and calls it what its network does. */
async function broadcastAnswer(
  path: string,
  { txData, currency }: BroadcastBody,
  network: Network,
): Promise<Response> {
  const chain = currency === undefined ? chainOfPathName(path.split("/")[2] ?? "") : chainOfTicker(currency);
  if (chain === undefined) throw new Error(`There is no chain at ${path}.`);
  return Response.json({ txId: await transactionId(chain, txData, network), completed: true });
}

export type Answer = Response | undefined | Promise<Response | undefined>;

export class StandInApi {
  readonly requests: RecordedRequest[] = [];
  /** Pending transactions by chain, listed at every poll. */
  pending: { readonly chain: string }[] = [];
  /** Answers before everything else; `undefined` leaves the request to the defaults. */
  answer: (request: RecordedRequest) => Answer = () => undefined;
  /** The network whose ids the transactions get. */
  network: Network = "mainnet";
  /** What the four-eye server at `fourEyeUrl` says. */
  fourEye: (request: RecordedRequest) => Answer = () => new Response("", { status: 200 });
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 255,
    fetch: (request) => this.#handle(request),
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get fourEyeUrl(): string {
    return `${this.url}/four-eye`;
  }

  /** The environment that points the daemon here. */
  get env(): Record<string, string> {
    return { TATUM_API_URL: this.url, TATUM_API_KEY: "test-api-key", TATUM_RETRY_DELAY: "5" };
  }

  to(pathPrefix: string): RecordedRequest[] {
    return this.requests.filter(({ path }) => path.startsWith(pathPrefix));
  }

  /** Broadcasts of all kinds, in the order in which they came. */
  get broadcasts(): RecordedRequest[] {
    return this.requests.filter(({ path }) => path.endsWith("/broadcast"));
  }

  /** Errors reported to the batch endpoint. */
  get reported(): { signatureId: string; error: string }[] {
    return this.to("/v3/tatum/kms/batch").flatMap(
      ({ body }) => (body as { errors: { signatureId: string; error: string }[] }).errors,
    );
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const text = await request.text();
    const recorded: RecordedRequest = {
      method: request.method,
      path: url.pathname + url.search,
      headers: Object.fromEntries(request.headers),
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.requests.push(recorded);
    const own = await this.answer(recorded);
    if (own !== undefined) return own;
    if (url.pathname.startsWith("/four-eye/")) {
      return (await this.fourEye(recorded)) ?? new Response("", { status: 404 });
    }
    return (await this.#blocks(recorded)) ?? this.#default(recorded, url.pathname);
  }

  /** The blocks of an EVM chain confirm what the API counts. */
  async #blocks({ path, headers, body }: RecordedRequest): Promise<Response | undefined> {
    const { method = "", params = [] } = (body ?? {}) as { method?: string; params?: readonly Hex[] };
    if (!method.endsWith("_getTransactionCount") || params[0] === undefined) return undefined;
    const counted = `/v3/${path.split("/")[2]}/transaction/count/${checksummedAddress(params[0])}`;
    const answer = await this.answer({ method: "GET", path: counted, headers, body: undefined });
    if (answer?.ok !== true) return answer;
    return Response.json({ jsonrpc: "2.0", id: 1, result: `0x${BigInt(await answer.text()).toString(16)}` });
  }

  async #default({ method, body }: RecordedRequest, path: string): Promise<Response> {
    if (method === "POST" && path.startsWith("/v3/kms/pending/")) {
      const chain = path.slice("/v3/kms/pending/".length);
      return Response.json(this.pending.filter((transaction) => transaction.chain === chain));
    }
    if (method === "POST" && path.endsWith("/broadcast")) {
      return broadcastAnswer(path, body as BroadcastBody, this.network);
    }
    // The node of an EVM chain that holds nothing.
    if ((body as { method?: string })?.method?.endsWith("_getTransactionByHash"))
      return Response.json({ jsonrpc: "2.0", id: 1, result: null });
    const asked = method === "GET" ? /^\/v3\/kms\/([^/]+)$/.exec(path)?.[1] : undefined;
    const listed = this.pending.find((transaction) => "id" in transaction && transaction.id === asked);
    if (listed !== undefined) return Response.json(listed);
    if (path === "/v3/tatum/kms/batch" || method === "PUT") return new Response(null, { status: 204 });
    return Response.json({ statusCode: 404, errorCode: "not.found", message: `no ${path}` }, { status: 404 });
  }
}
