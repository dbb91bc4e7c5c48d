/** An API that takes all payments of a benchmark, and counts: no slower than it has to be, or as slow as it is told. */
import { AccountSequences } from "../../src/sandbox/account-sequences.ts";
import { transactionId } from "../../src/sandbox/broadcasts.ts";
import type { SandboxChain } from "../../src/sandbox/chains/chain.ts";
import { chainOfPathName, chainOfTicker } from "../../src/sandbox/chains/index.ts";
import { cannedAnswer } from "../../src/sandbox/nodes/canned-node-answers.ts";
import type { RpcRequest } from "../../src/sandbox/request-schemas.ts";

export interface Payment {
  readonly id: string;
  readonly chain: string;
}

export interface ApiOptions {
  /** Listed until they were broadcast. */
  readonly payments?: readonly Payment[];
  /** Milliseconds before each answer. */
  readonly delay?: number;
  /** Requests in any second; more are refused. */
  readonly perSecond?: number;
  /** Told of each poll before it is answered. */
  readonly onPoll?: (chain: string) => void;
}

/** That of a node whose accounts have sent nothing: the daemon keeps count of its own. */
function rpcAnswer(chain: SandboxChain | undefined, call: RpcRequest): object {
  if (chain === undefined) throw new Error(`There is no chain to ask ${call.method}.`);
  return cannedAnswer({ chain, network: "testnet", sequences: new AccountSequences() }, call);
}

export class BenchmarkApi implements AsyncDisposable {
  requests = 0;
  refused = 0;
  /** Payments that are not broadcast yet, by id. */
  readonly open: Map<string, Payment>;
  readonly #options: ApiOptions;
  readonly #taken: number[] = [];
  readonly #server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => this.#answer(request) });

  constructor(options: ApiOptions = {}) {
    this.#options = options;
    this.open = new Map((options.payments ?? []).map((payment) => [payment.id, payment]));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  #isTooMuch(): boolean {
    const { perSecond } = this.#options;
    if (perSecond === undefined) return false;
    const now = performance.now();
    while ((this.#taken[0] ?? now) < now - 1000) this.#taken.shift();
    if (this.#taken.length >= perSecond) return true;
    this.#taken.push(now);
    return false;
  }

  async #answer(request: Request): Promise<Response> {
    this.requests += 1;
    if (this.#isTooMuch()) {
      this.refused += 1;
      return new Response("", { status: 429 });
    }
    const { delay = 0 } = this.#options;
    if (delay > 0) await Bun.sleep(delay);
    const { pathname } = new URL(request.url);
    const [, , first = "", second = "", third = ""] = pathname.split("/");
    if (first === "kms" && second === "pending") {
      this.#options.onPoll?.(third);
      return Response.json([...this.open.values()].filter(({ chain }) => chain === third));
    }
    if (pathname.endsWith("/broadcast")) return this.#take(first, await request.json());
    if (second === "transaction") return Response.json(0);
    if (second === "node" || second === "web3") {
      const chain = chainOfTicker(third) ?? chainOfPathName(first);
      return Response.json(rpcAnswer(chain, (await request.json()) as RpcRequest));
    }
    if (request.method === "PUT") this.open.delete(second);
    return Response.json({});
  }

  async #take(name: string, body: unknown): Promise<Response> {
    const { txData, signatureId } = body as { readonly txData: string; readonly signatureId: string };
    const chain = chainOfPathName(name);
    if (chain === undefined) throw new Error(`There is no chain ${name}.`);
    const txId = await transactionId(chain, txData, "testnet");
    this.open.delete(signatureId);
    return Response.json({ txId });
  }
}
