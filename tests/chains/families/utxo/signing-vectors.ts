import { hex } from "@scure/base";
import { RawTx } from "@scure/btc-signer/script.js";
import type {
  Chain,
  ChainEnvironment,
  Network,
  PendingTransaction,
  SignedTransaction,
  Signer,
} from "../../../../chains/chain.ts";
import { type JsonValue, parseExactJson } from "../../../../chains/codec/exact-json.ts";

/** A stored wallet as the signing vectors carry it. */
export interface VectorWallet {
  readonly mnemonic?: string;
  readonly xpub?: string;
  readonly privateKey?: string;
  readonly testnet: boolean;
}

export interface SigningVector {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: Omit<PendingTransaction, "signatures"> & Partial<Pick<PendingTransaction, "signatures">>;
  readonly wallets: Readonly<Record<string, VectorWallet>>;
  readonly expected?: {
    readonly txData?: string;
    readonly txid?: string;
    readonly error?: string;
    readonly errorMatch?: "exact" | "any";
  };
  readonly upstreamBug?: string;
  /** What the original should have done, where `upstreamBug` says that it did not. */
  readonly correct?: SignedVector;
  readonly mayRefuse?: boolean;
  /** Signing is fine instead of the expected error; `alternative` is the result then. */
  readonly lenient?: boolean;
  readonly alternative?: SignedVector;
}

export interface SignedVector {
  readonly txData: string;
  readonly txid: string;
}

export interface WalletVector {
  readonly mnemonic: string;
  readonly testnet: boolean;
  readonly wallet: VectorWallet;
  readonly keys: readonly { readonly index: number; readonly address: string; readonly privateKey: string }[];
}

/** The caller refuses these before it asks a chain: an ID in `signatures` that the vault does not know. */
export const REFUSED_BY_THE_CALLER: readonly string[] = ["error-signatures-unknown-id"];

export async function readVectors<Vector>(kind: "signing" | "wallets", ticker: string): Promise<Vector[]> {
  const url = new URL(`../../../vectors/${kind}/${ticker}.json`, import.meta.url);
  return parseExactJson(await Bun.file(url).text()) as unknown as Vector[];
}

function pendingTransaction(vector: SigningVector): PendingTransaction {
  return { signatures: [], ...vector.pending };
}

/**
 * The signers as the program hands them to a chain: known wallets of `hashes`, then the entries of `signatures`
 * without mnemonics that lack an index.
 */
function signersOf(vector: SigningVector, chain: Chain): Signer[] {
  const transaction = pendingTransaction(vector);
  const named = [
    ...transaction.hashes.map((id): { id: string; index?: number } => ({ id })),
    ...transaction.signatures.filter(
      ({ id, index }) => vector.wallets[id]?.mnemonic === undefined || index !== undefined,
    ),
  ];
  return named.flatMap(({ id, index }) => {
    const wallet = vector.wallets[id];
    return wallet === undefined ? [] : [signerOf(id, index, wallet, chain)];
  });
}

/** What the chain makes of a vector: a signed transaction, or the error it throws. */
export async function outcomeOf(vector: SigningVector, chain: Chain): Promise<unknown> {
  const request = { transaction: pendingTransaction(vector), signers: signersOf(vector, chain) };
  try {
    return await chain.sign(request, offlineEnvironment(vector.testnet ? "testnet" : "mainnet"));
  } catch (error) {
    return error;
  }
}

/** A vector's result as a chain gives it; the outputs it spends are read from its bytes. */
export function signedTransaction({ txData, txid }: SignedVector): SignedTransaction {
  const { inputs } = RawTx.decode(hex.decode(txData));
  return {
    payload: txData,
    transactionId: txid,
    filledIn: {},
    inputs: inputs.map((input) => `${hex.encode(input.txid)}:${input.index}`),
  };
}

function signerOf(
  signatureId: string,
  index: number | undefined,
  wallet: VectorWallet,
  chain: Chain,
): Signer {
  const network: Network = wallet.testnet ? "testnet" : "mainnet";
  return {
    signatureId,
    kind: wallet.mnemonic === undefined ? "private-key" : "mnemonic",
    ...(index !== undefined && { index }),
    key: async (at = 0) => chain.parsePrivateKey(chain.derivePrivateKey(wallet, at, network), network).key,
  };
}

/** An environment without a network: the family needs none. */
export function offlineEnvironment(
  network: Network = "testnet",
  settings: Readonly<Record<string, string>> = {},
): ChainEnvironment {
  const unreachable = async (): Promise<JsonValue> => {
    throw new Error("This chain signs without a network.");
  };
  return {
    network,
    get: unreachable,
    post: unreachable,
    rpc: unreachable,
    askThirdParty: unreachable,
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (_account, counted) => counted,
    setting: (name) => settings[name],
    now: () => 0,
    pause: async () => {},
    warn: () => {},
  };
}
