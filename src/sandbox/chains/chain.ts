/** What the sandbox knows of a chain: one file a ticker. */
import type { Network } from "../../../chains/chain.ts";
import type { AccountSequences } from "../account-sequences.ts";
import type { Route } from "../routes.ts";

/** How the sandbox talks to a node of the chain. */
export type ChainKind = "evm" | "bitcoin-like" | "other";

/** A chain as the Tatum API names it in paths and bodies, and what stands in for its network. */
export interface SandboxChain {
  /** Such as `ETH`: in pending transactions, in `/v3/kms/pending/{ticker}` and `/v3/blockchain/...`. */
  readonly ticker: string;
  /** Such as `ethereum`: in `/v3/{pathName}/...`. */
  readonly pathName: string;
  readonly kind: ChainKind;
  /** EIP-155 chain ids, of EVM chains. */
  readonly chainIds?: Readonly<Record<Network, number>>;
  /**
   * The id that the network gives a signed transaction; `undefined` when the text is none that is known here.
   * @throws UnreadableTransaction
   */
  transactionId?(txData: string, network: Network): string | undefined | Promise<string | undefined>;
  /** Example payments by name. The first one is the default. */
  readonly examples: Readonly<Record<string, PaymentBuilder>>;
  /** JSON-RPC methods of a node that does not exist, where they are not those of Ethereum. */
  readonly rpc?: ReadonlyMap<string, (params: readonly unknown[]) => unknown>;
  /** What a signer asks at paths that this chain alone has: of a node that does not exist, or of a service beside it. */
  endpoints?(known: KnownOfNetwork): readonly Route[];
}

/** What a stand-in of a node answers from. */
export interface KnownOfNetwork {
  readonly network: Network;
  readonly sequences: Pick<AccountSequences, "next">;
  readonly broadcasts: {
    /** The transactions that a chain has taken, each as its `txData`, by their ids. */
    accepted(ticker: string): ReadonlyMap<string, string>;
  };
}

/** What is read of the transactions that were taken; a text that is none, which the sandbox takes as well, is left out. */
export function readTransactions<Read>(texts: Iterable<string>, read: (text: string) => Read): Read[] {
  return [...texts].flatMap((text) => {
    try {
      return [read(text)];
    } catch {
      return [];
    }
  });
}

/** The text is not a transaction of its chain. */
export class UnreadableTransaction extends Error {
  override readonly name = "UnreadableTransaction";
}

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
  readonly input?: ExampleInput;
}

export interface ExampleInput {
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
