import { keccak256, parseTransaction } from "viem";
import type { Random } from "../../random.ts";

interface Payment {
  readonly pending: { readonly id: string };
  readonly signatureId: string;
  /** When it was listed first, in milliseconds of `performance.now()`. */
  readonly since: number;
  /** The bytes the daemon sent for it, as their hash: others must never come. */
  sent?: string;
}

/**
 * The Tatum API and a four-eye server under steady load: payments are listed until their bytes were taken. A share of all
 * answers is an error, half of the broadcasts among them after the bytes were taken. The node's transaction count never
 * moves, so the daemon has to keep count itself.
 */
export class BusyApi {
  /** Payments that are finished. */
  done = 0;
  polls = 0;
  /** Milliseconds between the two latest polls. */
  pollInterval = 0;
  /** Milliseconds from the first listing of the latest finished payment to its end. */
  latency = 0;
  /** Share of answers that are an error, 0 to 1. */
  faultShare: number;
  readonly #random: Random;
  readonly #open = new Map<string, Payment>();
  readonly #finished = new Map<string, string>();
  readonly #nonces = new Set<string>();
  readonly #violations: string[] = [];
  #added = 0;
  #lastPoll = 0;
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 255,
    fetch: (request) => this.#handle(request),
  });

  constructor(random: Random, faultShare: number) {
    this.#random = random;
    this.faultShare = faultShare;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get added(): number {
    return this.#added;
  }

  get open(): number {
    return this.#open.size;
  }

  /** What must never happen, in words: two contents for one payment, or one nonce for two. */
  get violations(): readonly string[] {
    return this.#violations;
  }

  /** Lists a payment from a wallet. */
  add(signatureId: string): void {
    this.#added++;
    const id = `c${this.#added.toString(16).padStart(23, "0")}`;
    const transaction = {
      chainId: 11155111,
      to: "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5",
      value: String(this.#added),
      gas: "21000",
      gasPrice: "20000000000",
    };
    const pending = {
      id,
      chain: "ETH",
      hashes: [signatureId],
      serializedTransaction: JSON.stringify(transaction),
    };
    this.#open.set(id, { pending, signatureId, since: performance.now() });
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
  }

  get #fails(): boolean {
    return this.#random.chance(this.faultShare);
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    if (pathname.endsWith("/broadcast")) return this.#broadcast(JSON.parse(text));
    if (this.#fails) return new Response("", { status: 502 });
    if (pathname === "/v3/kms/pending/ETH") return this.#poll();
    if (pathname.startsWith("/four-eye/")) return new Response("");
    if (pathname === "/v3/tatum/kms/batch") return new Response(null, { status: 204 });
    if (pathname.includes("/transaction/count/")) return Response.json(0);
    if (text.includes('"eth_getTransactionCount"')) return Response.json({ result: "0x0" });
    return this.#job(request.method, pathname.split("/")[3] ?? "");
  }

  #poll(): Response {
    const now = performance.now();
    this.polls++;
    if (this.#lastPoll !== 0) this.pollInterval = now - this.#lastPoll;
    this.#lastPoll = now;
    return Response.json([...this.#open.values()].map(({ pending }) => pending));
  }

  #job(method: string, id: string): Response {
    const payment = this.#open.get(id);
    const txId = this.#finished.get(id);
    if (payment === undefined && txId === undefined) return new Response("", { status: 404 });
    if (method !== "PUT") return Response.json({ ...payment?.pending, id, chain: "ETH", txId });
    if (payment?.sent !== undefined) this.#finish(id, payment, payment.sent);
    return new Response(null, { status: 204 });
  }

  #broadcast({ txData, signatureId: id }: { txData: `0x${string}`; signatureId: string }): Response {
    const transactionId = keccak256(txData);
    const payment = this.#open.get(id);
    this.#check(id, payment, transactionId, txData);
    if (this.#fails) {
      if (payment !== undefined && this.#random.chance(0.5)) this.#finish(id, payment, transactionId);
      return new Response("", { status: 500 });
    }
    if (payment !== undefined) this.#finish(id, payment, transactionId);
    return Response.json({ txId: transactionId });
  }

  #check(id: string, payment: Payment | undefined, transactionId: string, txData: `0x${string}`): void {
    const before = payment?.sent ?? this.#finished.get(id);
    if (before === transactionId) return;
    if (before !== undefined || payment === undefined) {
      this.#violations.push(`payment ${id} was sent with two contents`);
      return;
    }
    payment.sent = transactionId;
    const nonce = `${payment.signatureId} ${parseTransaction(txData).nonce ?? 0}`;
    if (this.#nonces.has(nonce)) this.#violations.push(`the wallet and nonce ${nonce} were used twice`);
    this.#nonces.add(nonce);
  }

  #finish(id: string, payment: Payment, transactionId: string): void {
    this.#open.delete(id);
    this.#finished.set(id, transactionId);
    this.done++;
    this.latency = performance.now() - payment.since;
  }
}
