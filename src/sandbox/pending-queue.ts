/** The sandbox's queue of pending transactions, with what became of each. */
import { ApiError } from "./api-error.ts";
import type { NewTransaction } from "./request-schemas.ts";

/** A transaction as the poll gives it out. */
export type QueuedTransaction = NewTransaction & { readonly id: string };

/** One attempt to broadcast. */
export interface BroadcastRecord {
  readonly receivedAt: string;
  readonly chain: string;
  readonly signatureId?: string;
  readonly withdrawalId?: string;
  readonly txData: string;
  /**
   * `unclear`: the node did not answer; `differentContent`: refused because other bytes were broadcast for the same id.
   */
  outcome: "sending" | "accepted" | "refused" | "unclear" | "differentContent";
  txId?: string;
  /** Why it was refused. */
  message?: string;
}

/** Something a signer must never do. */
export interface Violation {
  /** One id was signed twice, with different content. */
  readonly kind: "differentContent";
  readonly txData: string;
}

export interface QueueEntry {
  readonly transaction: QueuedTransaction;
  state: "pending" | "done" | "cancelled";
  txId?: string;
  /** Whether the four-eye stand-in refuses it. */
  denied: boolean;
  readonly broadcasts: BroadcastRecord[];
  readonly violations: Violation[];
}

/** The transactions that wait for a signature, those that are done and those that were cancelled. */
export class PendingQueue {
  readonly #entries = new Map<string, QueueEntry>();

  /**
   * Puts a transaction into the queue and gives its id, a new one where it has none.
   *
   * @throws ApiError 400 when the id is taken.
   */
  add(transaction: NewTransaction): string {
    const id = transaction.id ?? crypto.getRandomValues(new Uint8Array(12)).toHex();
    if (this.#entries.has(id)) {
      throw new ApiError(
        400,
        "sandbox.id.taken",
        `The queue already has a transaction ${id}. Use another id.`,
      );
    }
    this.#entries.set(id, {
      transaction: { ...transaction, id },
      state: "pending",
      denied: false,
      broadcasts: [],
      violations: [],
    });
    return id;
  }

  /** The entry of an id, whatever its state. */
  find(id: string): QueueEntry | undefined {
    return this.#entries.get(id);
  }

  /** All entries, in the order they came. */
  list(): readonly QueueEntry[] {
    return [...this.#entries.values()];
  }

  /**
   * The pending transactions of a chain that name one of the signature IDs; all of the chain without a list.
   */
  pending(ticker: string, signatureIds: readonly string[] | undefined): readonly QueuedTransaction[] {
    const wanted = signatureIds === undefined ? undefined : new Set(signatureIds);
    return this.list()
      .filter(({ state, transaction }) => state === "pending" && transaction.chain === ticker)
      .map(({ transaction }) => transaction)
      .filter(({ hashes, signatures = [] }) => {
        return (
          wanted === undefined || [...hashes, ...signatures.map(({ id }) => id)].some((id) => wanted.has(id))
        );
      });
  }

  /**
   * The entry of an id that was not cancelled.
   *
   * @throws ApiError 403 `kms.missing`
   */
  get(id: string): QueueEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.state === "cancelled") {
      throw new ApiError(
        403,
        "kms.missing",
        `No pending transaction with the id ${id}. It may have been cancelled.`,
      );
    }
    return entry;
  }

  /**
   * Marks a transaction as signed and sent. A transaction that is done keeps its first transaction id.
   *
   * @throws ApiError 403 `kms.missing`
   */
  complete(id: string, txId: string): void {
    const entry = this.get(id);
    entry.state = "done";
    entry.txId ??= txId;
  }

  /**
   * Takes a transaction off the queue.
   *
   * @throws ApiError 403 `kms.missing`, also for one that is done.
   */
  cancel(id: string): void {
    const entry = this.get(id);
    if (entry.state === "done") {
      throw new ApiError(403, "kms.missing", `The transaction ${id} is done and cannot be cancelled.`);
    }
    entry.state = "cancelled";
  }

  clear(): void {
    this.#entries.clear();
  }
}
