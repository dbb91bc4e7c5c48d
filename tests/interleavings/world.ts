/** What is outside of the nodes: the API, the approval server, and a chain of accounts that mines at once; and the judge of what landed there. */
import { type Hex, keccak256, parseTransaction, recoverTransactionAddress } from "viem";
import type { HttpAnswer, HttpRequest } from "../../src/http/message.ts";

/** An entry of the API's list. */
export interface ListedPayment {
  readonly id: string;
  readonly [member: string]: unknown;
}

interface Mined {
  readonly id: string;
  readonly payload: Hex;
}

function json(body: unknown, status = 200): HttpAnswer {
  return { status, headers: new Headers(), body: body === undefined ? "" : JSON.stringify(body) };
}

interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly string[];
}

export class World {
  readonly #payments: readonly ListedPayment[];
  /** Transaction ids by the ids of payments that the API has for done. */
  readonly #completed = new Map<string, string>();
  /** What landed of each account, by nonce. */
  readonly #mined = new Map<string, Mined[]>();
  /** What waits for a lower nonce, by account and nonce; the first that came stays. */
  readonly #pool = new Map<string, Mined>();
  readonly #approved = new Set<string>();
  /** What the API's user took back before anything of it was recorded, while whoever holds the lease had asked nothing yet. */
  readonly #cancelled = new Set<string>();
  /** What must not happen, as it is found. */
  readonly violations: string[] = [];

  constructor(payments: readonly ListedPayment[]) {
    this.#payments = payments;
  }

  /** A world of its own that stands where this one does. */
  copy(): World {
    const copy = new World(this.#payments);
    for (const [id, txId] of this.#completed) copy.#completed.set(id, txId);
    for (const [account, mined] of this.#mined) copy.#mined.set(account, [...mined]);
    for (const [place, waiting] of this.#pool) copy.#pool.set(place, waiting);
    for (const id of this.#approved) copy.#approved.add(id);
    for (const id of this.#cancelled) copy.#cancelled.add(id);
    copy.violations.push(...this.violations);
    return copy;
  }

  /** What a later step may depend on. */
  get key(): string {
    return JSON.stringify([
      [...this.#completed],
      [...this.#mined],
      [...this.#pool].sort(),
      [...this.#approved].sort(),
      [...this.#cancelled].sort(),
    ]);
  }

  /** Whether each payment landed and is done at the API, or was cancelled there. */
  get isFinished(): boolean {
    return this.#payments.every(
      ({ id }) => this.#cancelled.has(id) || (this.#completed.has(id) && this.#landed(id).size === 1),
    );
  }

  /** The payments that are listed. */
  get #listed(): ListedPayment[] {
    return this.#payments.filter(({ id }) => !this.#completed.has(id) && !this.#cancelled.has(id));
  }

  get listedIds(): string[] {
    return this.#listed.map(({ id }) => id);
  }

  /** The API's user takes a payment back. Nobody may sign it from here on. */
  cancel(id: string): void {
    this.#cancelled.add(id);
  }

  #landed(id: string): Set<string> {
    const all = [...this.#mined.values()].flat();
    return new Set(all.filter((mined) => mined.id === id).map(({ payload }) => payload));
  }

  async answer(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#answer(request);
    } catch (failure) {
      // Of the model itself; a node would take it for a host that does not answer.
      this.violations.push(String(failure));
      throw failure;
    }
  }

  async #answer({ method, url, body = "" }: HttpRequest): Promise<HttpAnswer> {
    const { pathname } = url;
    const last = pathname.split("/").at(-1) ?? "";
    if (pathname.startsWith("/four-eye/")) {
      this.#approved.add(last);
      return json(undefined);
    }
    if (pathname === "/v3/kms/pending/ETH") return json(this.#listed);
    if (pathname === "/v3/tatum/kms/batch") return json(undefined, 204);
    if (pathname.startsWith("/v3/ethereum/transaction/count/")) return json(this.#count(last.toLowerCase()));
    if (pathname.startsWith("/v3/ethereum/web3")) return this.#rpc(JSON.parse(body));
    if (pathname === "/v3/ethereum/broadcast") return this.#broadcast(JSON.parse(body));
    if (pathname.startsWith("/v3/ethereum/transaction/"))
      return this.#isMined(last) ? json({ hash: last }) : json({ errorCode: "tx.not.found" }, 404);
    if (pathname.startsWith("/v3/kms/")) return this.#kms(method, pathname.split("/").slice(3));
    throw new Error(`The world has nothing at ${method} ${pathname}.`);
  }

  #kms(method: string, [id = "", txId = ""]: readonly string[]): HttpAnswer {
    if (method === "PUT") {
      this.#completed.set(id, txId);
      return json(undefined, 204);
    }
    const payment = this.#payments.find((known) => known.id === id);
    return payment === undefined || this.#cancelled.has(id)
      ? json({ errorCode: "kms.missing" }, 404)
      : json({ ...payment, txId: this.#completed.get(id) });
  }

  #rpc(asked: RpcCall | readonly RpcCall[]): HttpAnswer {
    if (Array.isArray(asked)) return json(asked.map((call) => this.#called(call)));
    return json(this.#called(asked as RpcCall));
  }

  #called({ id, method, params }: RpcCall): unknown {
    const [first = ""] = params;
    if (method === "eth_getTransactionCount")
      return { jsonrpc: "2.0", id, result: `0x${this.#count(first.toLowerCase()).toString(16)}` };
    if (method === "eth_getTransactionByHash")
      return { jsonrpc: "2.0", id, result: this.#isMined(first) ? { hash: first, blockHash: first } : null };
    throw new Error(`The node knows no ${method}.`);
  }

  #count(account: string): number {
    return this.#mined.get(account)?.length ?? 0;
  }

  #isMined(hash: string): boolean {
    return [...this.#mined.values()].flat().some(({ payload }) => keccak256(payload) === hash);
  }

  async #broadcast({ txData, signatureId }: { txData: Hex; signatureId: string }): Promise<HttpAnswer> {
    const account = (
      await recoverTransactionAddress({ serializedTransaction: txData as `0x02${string}` })
    ).toLowerCase();
    const { nonce = 0 } = parseTransaction(txData);
    if (!this.#approved.has(signatureId)) this.violations.push(`${signatureId} was sent without approval`);
    if (this.#cancelled.has(signatureId))
      this.violations.push(
        `${signatureId} was sent on a word from before it was cancelled and another daemon took over`,
      );
    const taken =
      nonce < this.#count(account)
        ? this.#mined.get(account)?.[nonce]
        : this.#pool.get(`${account}/${nonce}`);
    if (taken !== undefined) {
      const message = taken.payload === txData ? "already known" : "nonce too low";
      return json({ statusCode: 403, errorCode: "eth.broadcast.failed", message }, 403);
    }
    this.#pool.set(`${account}/${nonce}`, { id: signatureId, payload: txData });
    this.#mine(account);
    // The API could not note it, and lists it on until it is told.
    return json({ txId: keccak256(txData), failed: true });
  }

  #mine(account: string): void {
    const mined = this.#mined.get(account) ?? [];
    this.#mined.set(account, mined);
    for (let next = this.#pool.get(`${account}/${mined.length}`); next !== undefined; ) {
      this.#pool.delete(`${account}/${mined.length}`);
      mined.push(next);
      if (this.#landed(next.id).size > 1) this.violations.push(`${next.id} was paid twice`);
      next = this.#pool.get(`${account}/${mined.length}`);
    }
  }
}
