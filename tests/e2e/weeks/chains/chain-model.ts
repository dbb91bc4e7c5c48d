/**
 * What the stand-in knows of a chain, one file a ticker: wallets, payments as the API lists them, and what signed bytes say. It
 * reads them with other code than the program under test, so that it can judge it.
 */

export interface ModelWallet {
  readonly signatureId: string;
  readonly address: string;
  /** As `import` takes it. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
}

/** What the API fills into a payment, whichever of it the chain has. */
export interface PaymentTerms {
  readonly wallet: ModelWallet;
  /** In the smallest unit; it tells the payments of a chain apart. */
  readonly amount: bigint;
  /** A nonce or sequence number that the payload names. */
  readonly number?: bigint | undefined;
  /** An output to be spent, as `txid:index`. */
  readonly input?: string | undefined;
  readonly fee?: bigint | undefined;
  /** The newest block. */
  readonly height: bigint;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** For how many blocks it is valid. */
  readonly blocks?: number | undefined;
}

/** A signed payment as the network reads it. */
export interface SignedPayment {
  readonly transactionId: string;
  readonly account: string;
  readonly amount: bigint;
  /** Fee, or price of it: what decides whether it may replace another one. */
  readonly fee: bigint;
  readonly number?: bigint;
  readonly inputs?: readonly string[];
  /** The last block that may hold it. */
  readonly lastHeight?: bigint;
  /** The last moment at which it may land, in milliseconds since 1970. */
  readonly lastTime?: number;
  /** The block it refers to, where the network has to know that. */
  readonly reference?: string;
}

/** How a network keeps a transaction from landing twice, and two of them apart. */
export type Uniqueness = "nonce" | "sequence" | "inputs" | "window";

export interface ChainModel {
  readonly ticker: string;
  /** In `/v3/{pathName}/broadcast`. */
  readonly pathName: string;
  readonly uniqueness: Uniqueness;
  /** Milliseconds between blocks. */
  readonly blockTime: number;
  /** Milliseconds after which a block is never taken back. */
  readonly finality: number;
  wallet(signatureId: string, privateKey: Uint8Array): ModelWallet;
  /** The `serializedTransaction` of a payment. */
  serialize(terms: PaymentTerms): string;
  /** @throws Error when the bytes are no signed payment */
  read(payload: string): SignedPayment | Promise<SignedPayment>;
  /** For how many blocks a payment may land that does not say itself for how many; absent where it always may. */
  readonly window?: number;
  /** Whether a node takes bytes that it has already, without a word. */
  readonly takesAgain?: boolean;
  /** The words of a node, by what it refuses. */
  readonly words: Readonly<Record<RefusedFor, string>>;
}

export type RefusedFor = "known" | "landed" | "used" | "expired" | "conflict" | "too-early" | "poor";

/** The text of a hexadecimal number without `0x`. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
