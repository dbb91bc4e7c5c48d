/** Sequence numbers (nonces) of EVM accounts, as far as the sandbox saw them used. */
import type { TransactionSerialized } from "viem";

/**
 * Which sequence number (nonce) each EVM account uses next, as far as transactions were broadcast here. It answers the
 * transaction count where no node does.
 */
export class AccountSequences {
  readonly #next = new Map<string, number>();

  /** The next sequence number of an account; the address in any case. */
  next(ticker: string, address: string): number {
    return this.#next.get(accountKey(ticker, address)) ?? 0;
  }

  /** Takes note of a signed transaction. One whose type is not known here (Celo's old format) is not counted. */
  async record(ticker: string, rawTransaction: string): Promise<void> {
    const { parseTransaction, recoverTransactionAddress } = await import("viem");
    try {
      const serializedTransaction = rawTransaction as TransactionSerialized;
      const { nonce = 0 } = parseTransaction(serializedTransaction);
      const sender = await recoverTransactionAddress({ serializedTransaction });
      this.#next.set(accountKey(ticker, sender), Math.max(this.next(ticker, sender), nonce + 1));
    } catch {
      return;
    }
  }

  clear(): void {
    this.#next.clear();
  }
}

function accountKey(ticker: string, address: string): string {
  return `${ticker}:${address.toLowerCase()}`;
}
