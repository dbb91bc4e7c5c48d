import type { Network } from "../../../chains/chain.ts";

/** What an example pays from: public data of a wallet in the vault. */
export interface ExampleWallet {
  readonly signatureId: string;
  /** The wallet's address, at `index` when it is a mnemonic wallet. */
  readonly address: string;
  /** Derivation index of a mnemonic wallet; absent for a private-key wallet. */
  readonly index?: number;
  readonly network: Network;
  /** Where the payment goes; back to `address` when absent. */
  readonly to?: string;
  /** The output that a Bitcoin-like example spends; an invented one when absent. A node wants a real one. */
  readonly input?: SpentOutput;
}

export interface SpentOutput {
  readonly transactionId: string;
  readonly outputIndex: number;
  readonly satoshis: number;
}

/** A pending transaction without its id, as `POST /sandbox/transactions` takes it. */
export interface ExamplePayment {
  readonly chain: string;
  readonly serializedTransaction: string;
  readonly hashes: readonly string[];
  readonly signatures?: readonly { readonly id: string; readonly index: number }[];
  readonly index?: number;
}

/** Makes the example of one chain from a wallet. */
export type PaymentBuilder = (wallet: ExampleWallet) => ExamplePayment | Promise<ExamplePayment>;
