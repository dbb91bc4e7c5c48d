/**
 * The errors of chains: stable codes, and messages that are safe to log and to report, because they never hold key material.
 */

/** Why a chain refused a transaction, a key or a wallet. */
export type ChainErrorCode =
  /** The pending transaction or its serializedTransaction has an unknown or contradictory shape. */
  | "INVALID_TRANSACTION"
  /** No wallet of the vault can sign this transaction (or one of its inputs). */
  | "MISSING_KEY"
  /** A mnemonic, private key, address or index that is not valid on this chain. */
  | "INVALID_KEY"
  /** A limit that protects the user: fee too high, outputs above inputs. */
  | "UNSAFE_TRANSACTION"
  /** Payload, wallet, daemon and node speak of different networks. */
  | "NETWORK_MISMATCH"
  /** The node answered and said no (for example a reverted gas estimate). */
  | "NODE_REFUSED"
  /** The network carried the transaction out, and it failed there: these bytes are used up. */
  | "FAILED_ON_CHAIN"
  /** The node's answer has no shape we know; it may be better the next time. */
  | "NODE_ANSWER_INVALID";

/** An error of one transaction or one key. The daemon reports it and goes on with the others. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly code: ChainErrorCode;
  /** What the Tatum API is told, where callers know an exact text; `Error: ` and the message otherwise. */
  readonly reportedText: string;
  /** The HTTP status with which a node refused, where it did so by one. */
  readonly httpStatus: number | undefined;

  constructor(
    code: ChainErrorCode,
    message: string,
    options?: ErrorOptions & { readonly reportedText?: string; readonly httpStatus?: number },
  ) {
    super(message, options);
    this.code = code;
    this.httpStatus = options?.httpStatus;
    this.reportedText = options?.reportedText ?? `Error: ${message}`;
  }
}

/** A text as a sentence: with one full stop at its end, however many it came with. */
export function sentence(text: string): string {
  const bare = text.replace(/[.\s]+$/, "");
  return /[!?]$/.test(bare) ? bare : `${bare}.`;
}
