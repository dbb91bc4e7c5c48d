/** The signed transactions that the sandbox received: each id once, always with the same content. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Network } from "../../chains/chain.ts";
import type { AccountSequences } from "./account-sequences.ts";
import { ApiError } from "./api-error.ts";
import { type SandboxChain, UnreadableTransaction } from "./chains/chain.ts";
import { NodeRefused, type NodeRpc, NodeUnreachable } from "./nodes/node-rpc.ts";
import type { BroadcastRecord, PendingQueue } from "./pending-queue.ts";

/**
 * The id that the network gives a signed transaction, on chains whose transactions the sandbox can read; else a stand-in,
 * the SHA-256 of the text.
 *
 * @throws UnreadableTransaction
 */
export async function transactionId(chain: SandboxChain, txData: string, network: Network): Promise<string> {
  return (await chain.transactionId?.(txData, network)) ?? bytesToHex(sha256(utf8ToBytes(txData)));
}

/** A signed transaction as the API receives it. */
export interface ReceivedBroadcast {
  readonly chain: SandboxChain;
  readonly txData: string;
  /** The pending transaction's id. */
  readonly signatureId?: string | undefined;
  readonly withdrawalId?: string | undefined;
}

export interface BroadcastResult {
  readonly txId: string;
  /** Whether a pending transaction was marked done. */
  readonly completed: boolean;
}

/** What was signed for an id. It stands until a node refuses it. */
interface SignedContent {
  readonly txData: string;
  /** The answer; absent when the node gave none, so that the same content may be sent to it again. */
  answer?: Promise<BroadcastResult>;
}

/** What decides what becomes of a broadcast. */
export interface BroadcastsOptions {
  readonly queue: PendingQueue;
  readonly sequences: AccountSequences;
  readonly nodes: ReadonlyMap<string, NodeRpc>;
  readonly network: Network;
}

export class Broadcasts {
  readonly #records: BroadcastRecord[] = [];
  readonly #contents = new Map<string, SignedContent>();
  readonly #queue: PendingQueue;
  readonly #sequences: AccountSequences;
  readonly #nodes: ReadonlyMap<string, NodeRpc>;
  readonly #network: Network;

  constructor({ queue, sequences, nodes, network }: BroadcastsOptions) {
    this.#queue = queue;
    this.#sequences = sequences;
    this.#nodes = nodes;
    this.#network = network;
  }

  /** All attempts, in the order they came. */
  list(): readonly BroadcastRecord[] {
    return this.#records;
  }

  /** The transactions that a chain has taken, each as its `txData`, by their ids. */
  accepted(ticker: string): ReadonlyMap<string, string> {
    return new Map(
      this.#records.flatMap(({ chain, outcome, txId, txData }) =>
        chain === ticker && outcome === "accepted" && txId !== undefined ? [[txId, txData]] : [],
      ),
    );
  }

  /**
   * Broadcasts, or gives the earlier answer when the same content was accepted for this id before.
   *
   * @throws ApiError 403 `<name>.broadcast.failed` when the transaction cannot be read, when the node refuses it, or
   * when other content was broadcast for this id; 502 `node.unreachable` when the node did not answer.
   */
  async broadcast(request: ReceivedBroadcast): Promise<BroadcastResult> {
    const record = this.#record(request);
    const { signatureId, txData } = request;
    if (signatureId === undefined) return await this.#send(request, record);
    const earlier = this.#contents.get(signatureId);
    if (earlier !== undefined && earlier.txData !== txData) throw this.#differentContent(request, record);
    const content: SignedContent = earlier ?? { txData };
    this.#contents.set(signatureId, content);
    if (content.answer !== undefined) return await this.#repeat(content.answer, record);
    content.answer = this.#send(request, record);
    try {
      return await content.answer;
    } catch (error) {
      delete content.answer;
      // A refusal after an unclear outcome proves nothing: the node may refuse because it has the transaction.
      if (record.outcome === "refused" && earlier === undefined) this.#contents.delete(signatureId);
      throw error;
    }
  }

  clear(): void {
    this.#records.length = 0;
    this.#contents.clear();
  }

  #record({ chain, signatureId, withdrawalId, txData }: ReceivedBroadcast): BroadcastRecord {
    const record: BroadcastRecord = {
      receivedAt: new Date().toISOString(),
      chain: chain.ticker,
      ...(signatureId !== undefined && { signatureId }),
      ...(withdrawalId !== undefined && { withdrawalId }),
      txData,
      outcome: "sending",
    };
    this.#records.push(record);
    if (signatureId !== undefined) this.#queue.find(signatureId)?.broadcasts.push(record);
    return record;
  }

  #differentContent(
    { chain, signatureId = "", txData }: ReceivedBroadcast,
    record: BroadcastRecord,
  ): ApiError {
    record.outcome = "differentContent";
    this.#queue.find(signatureId)?.violations.push({ kind: "differentContent", txData });
    return broadcastFailed(
      chain,
      `Another transaction was broadcast for ${signatureId} before. Send the same content again.`,
    );
  }

  async #repeat(earlier: Promise<BroadcastResult>, record: BroadcastRecord): Promise<BroadcastResult> {
    try {
      const answer = await earlier;
      record.outcome = "accepted";
      record.txId = answer.txId;
      return answer;
    } catch (error) {
      record.outcome = error instanceof ApiError && error.statusCode === 403 ? "refused" : "unclear";
      throw error;
    }
  }

  async #send(request: ReceivedBroadcast, record: BroadcastRecord): Promise<BroadcastResult> {
    const { chain, txData, signatureId } = request;
    try {
      const computedId = await transactionId(chain, txData, this.#network);
      const txId = (await this.#passOn(chain, txData)) ?? computedId;
      if (chain.kind === "evm") await this.#sequences.record(chain.ticker, txData);
      record.outcome = "accepted";
      record.txId = txId;
      return { txId, completed: signatureId !== undefined && this.#complete(signatureId, txId) };
    } catch (error) {
      record.outcome = error instanceof NodeUnreachable ? "unclear" : "refused";
      record.message = error instanceof Error ? error.message : String(error);
      if (error instanceof NodeUnreachable) throw new ApiError(502, "node.unreachable", error.message);
      if (error instanceof NodeRefused) throw broadcastFailed(chain, error.message, { code: error.code });
      if (error instanceof UnreadableTransaction) throw broadcastFailed(chain, error.message);
      throw error;
    }
  }

  /** Hands the transaction to the chain's node, if there is one; the transaction id it answers. */
  async #passOn(chain: SandboxChain, txData: string): Promise<string | undefined> {
    const node = this.#nodes.get(chain.ticker);
    if (node === undefined || chain.kind === "other") return undefined;
    const method = chain.kind === "evm" ? "eth_sendRawTransaction" : "sendrawtransaction";
    const txId = await node.call(method, [txData]);
    return typeof txId === "string" ? txId : undefined;
  }

  /** Marks a pending transaction done; false when the queue does not have it (any more). */
  #complete(signatureId: string, txId: string): boolean {
    const entry = this.#queue.find(signatureId);
    if (entry === undefined || entry.state === "cancelled") return false;
    this.#queue.complete(signatureId, txId);
    return true;
  }
}

function broadcastFailed(chain: SandboxChain, message: string, data?: unknown): ApiError {
  return new ApiError(403, `${chain.pathName}.broadcast.failed`, message, data);
}
