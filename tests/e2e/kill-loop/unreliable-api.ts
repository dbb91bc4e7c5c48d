import { keccak256, parseTransaction } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import type { Random } from "../../random.ts";
import { type RecordedRequest, StandInApi } from "../stand-in-api.ts";

const ACCOUNTS = 12;

/** Wallets of accounts that are paid from side by side, so that what is recorded of their payments shares commits. */
export const accountWallets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = Object.fromEntries(
  Array.from({ length: ACCOUNTS }, (_, at) => {
    const number = (at + 1).toString(16);
    const privateKey = `0x${number.padStart(64, "5")}`;
    return [
      `22222222-0000-4000-8000-${number.padStart(12, "0")}`,
      { privateKey, chain: "ETH", testnet: false },
    ];
  }),
);

export const accountIds = Object.keys(accountWallets);

/** Signature IDs by address, in small letters. */
const idsByAddress = new Map(
  Object.entries(accountWallets).map(([id, { privateKey }]) => [
    privateKeyToAddress(privateKey as `0x${string}`).toLowerCase(),
    id,
  ]),
);

/** Of an answer, in milliseconds. */
const LONGEST_DELAY = 25;

interface Entry {
  readonly pending: { readonly id: string; readonly chain: string; readonly hashes: readonly string[] };
  /** What was sent for it; more than one is what must never happen. */
  readonly payloads: Set<string>;
  /** Whether the node behind the API has the transaction. */
  isOut: boolean;
  /** Whether the API has marked it complete. */
  isDone: boolean;
}

/**
 * The API with a list of Ethereum payments, answers that take a random time, and broadcasts that succeed, fail, or
 * succeed without saying so. The node's transaction count never moves but for every other of {@link accountWallets}, unless it is
 * told to.
 */
export class UnreliableApi {
  readonly server = new StandInApi();
  readonly entries = new Map<string, Entry>();
  /** Whether broadcasts fail at random. */
  isFlaky = true;
  /** Whether the node counts what is out, so that a second signature gets another number. */
  isCounting = false;
  broadcasts = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    this.server.answer = (request) => this.#answer(request);
  }

  /** Adds a payment of a wallet; its id. */
  add(signatureId: string): string {
    const number = this.entries.size + 1;
    const id = `b${number.toString(16).padStart(23, "0")}`;
    const transaction = {
      chainId: 1,
      to: "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5",
      value: String(number),
      gas: "21000",
      gasPrice: "20000000000",
    };
    const pending = {
      id,
      chain: "ETH",
      hashes: [signatureId],
      serializedTransaction: JSON.stringify(transaction),
    };
    this.entries.set(id, { pending, payloads: new Set(), isOut: false, isDone: false });
    return id;
  }

  #count(address: string): number {
    const account = idsByAddress.get(address.toLowerCase());
    if (!this.isCounting && accountIds.indexOf(account ?? "") % 2 !== 0) return 0;
    const own = [...this.entries.values()].filter(
      ({ pending }) => account === undefined || pending.hashes[0] === account,
    );
    return own.filter(({ isOut }) => isOut).length;
  }

  /** Lists everything as pending again, as if it had never been completed. */
  listAgain(): void {
    for (const entry of this.entries.values()) entry.isDone = false;
  }

  get isAllDone(): boolean {
    return [...this.entries.values()].every(({ isDone }) => isDone);
  }

  /** The most contents that were sent for one transaction. */
  get contents(): number {
    return Math.max(0, ...[...this.entries.values()].map(({ payloads }) => payloads.size));
  }

  /** @throws Error when a transaction was sent with two contents, or two of them with one nonce. */
  assertSignedOnce(): void {
    const nonces = new Map<string, string>();
    for (const [id, { payloads, pending }] of this.entries) {
      if (payloads.size > 1)
        throw new Error(`transaction ${id} was broadcast with ${payloads.size} contents`);
      for (const payload of payloads) {
        const nonce = `${pending.hashes[0]} ${parseTransaction(payload as `0x${string}`).nonce ?? 0}`;
        const other = nonces.get(nonce);
        if (other !== undefined) throw new Error(`transactions ${other} and ${id} have one nonce: ${nonce}`);
        nonces.set(nonce, id);
      }
    }
  }

  async #answer({ method, path, body }: RecordedRequest): Promise<Response | undefined> {
    // What came in the request counts even when the daemon is killed before the answer.
    const answer = this.#decide(method, path, body);
    await Bun.sleep(this.#random.below(LONGEST_DELAY));
    return answer;
  }

  #decide(method: string, path: string, body: unknown): Response | undefined {
    if (path === "/v3/kms/pending/ETH") {
      const open = [...this.entries.values()].filter(({ isDone }) => !isDone);
      return Response.json(open.map(({ pending }) => pending));
    }
    if (path.includes("/transaction/count/"))
      return Response.json(this.#count(path.slice(path.lastIndexOf("/") + 1)));
    const call = body as { readonly method?: string; readonly params?: readonly string[] } | undefined;
    if (call?.method === "eth_getTransactionCount")
      return Response.json({
        jsonrpc: "2.0",
        id: 1,
        result: `0x${this.#count(call.params?.[0] ?? "").toString(16)}`,
      });
    if (call?.method === "eth_getTransactionByHash") return this.#found(call.params?.[0] ?? "");
    if (path.endsWith("/broadcast")) return this.#broadcast(body as { txData: string; signatureId: string });
    const entry = this.entries.get(path.split("/")[3] ?? "");
    if (entry === undefined) return undefined;
    if (method === "PUT") {
      entry.isDone = true;
      return new Response(null, { status: 204 });
    }
    const [payload] = entry.payloads;
    const txId = entry.isDone && payload !== undefined ? keccak256(payload as `0x${string}`) : undefined;
    return Response.json({ ...entry.pending, txId });
  }

  /** What the node says of a transaction: it is in a block as soon as it is out. */
  #found(transactionId: string): Response {
    const isOut = [...this.entries.values()].some(
      (entry) =>
        entry.isOut &&
        [...entry.payloads].some((payload) => keccak256(payload as `0x${string}`) === transactionId),
    );
    return Response.json({ jsonrpc: "2.0", id: 1, result: isOut ? { blockHash: transactionId } : null });
  }

  #broadcast({ txData, signatureId }: { txData: string; signatureId: string }): Response {
    this.broadcasts++;
    const entry = this.entries.get(signatureId);
    if (entry === undefined) return new Response("", { status: 404 });
    entry.payloads.add(txData);
    if (this.isFlaky && this.#random.chance(0.15)) return new Response("", { status: 502 });
    if (entry.isOut && !entry.isDone) {
      return Response.json(
        { errorCode: "ethereum.broadcast.failed", message: "already known" },
        { status: 403 },
      );
    }
    entry.isOut = true;
    // The node has it, but the API does not mark it complete, or does not say so.
    if (this.isFlaky && this.#random.chance(0.15)) return new Response("", { status: 500 });
    entry.isDone = true;
    if (this.isFlaky && this.#random.chance(0.15)) return new Response("", { status: 500 });
    return Response.json({ txId: keccak256(txData as `0x${string}`) });
  }
}
