/** The vectors of chains that sign without asking anybody. */
import type {
  Chain,
  ChainEnvironment,
  Network,
  PendingTransaction,
  SignedTransaction,
  Signer,
  WalletFields,
} from "../../chains/chain.ts";
import { parseExactJson } from "../../chains/codec/exact-json.ts";
import { ChainError } from "../../chains/error.ts";

export interface WalletVector {
  readonly mnemonic: string;
  readonly testnet: boolean;
  /** Absent where the mnemonic is refused. */
  readonly wallet?: WalletFields;
  readonly keys?: readonly {
    readonly index: number;
    readonly address: string;
    readonly privateKey: string;
  }[];
}

export interface SigningVector {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: Omit<PendingTransaction, "signatures"> & Partial<Pick<PendingTransaction, "signatures">>;
  readonly wallets: Readonly<Record<string, WalletFields & { readonly testnet: boolean }>>;
  readonly expected: {
    readonly txData?: string;
    readonly txid?: string;
    readonly broadcast?: { readonly path: string };
    /** The text that the original reports. */
    readonly error?: string;
  };
}

export async function readVectors<Vector>(
  kind: "signing" | "wallets",
  ticker: string,
): Promise<readonly Vector[]> {
  const url = new URL(`../vectors/${kind}/${ticker}.json`, import.meta.url);
  return parseExactJson(await Bun.file(url).text()) as unknown as readonly Vector[];
}

export function networkOf(testnet: boolean): Network {
  return testnet ? "testnet" : "mainnet";
}

/** A wallet as a signer: known to the vault by a signature ID. */
export function signerOf(
  signatureId: string,
  wallet: WalletFields,
  chain: Chain,
  network: Network = "mainnet",
  index?: number,
): Signer {
  const isMnemonic = wallet.mnemonic !== undefined;
  return {
    signatureId,
    kind: isMnemonic ? "mnemonic" : "private-key",
    ...(index !== undefined && isMnemonic && { index }),
    async key(at = 0) {
      const text = isMnemonic
        ? chain.derivePrivateKey(wallet, at, network)
        : (wallet.secret ?? wallet.privateKey);
      if (text === undefined) throw new ChainError("MISSING_KEY", `Wallet ${signatureId} holds no key.`);
      return chain.parsePrivateKey(text, network).key;
    },
  };
}

/** An environment without anybody to ask. */
export function offlineEnvironment(more: Partial<ChainEnvironment> = {}): ChainEnvironment {
  const unexpected = async (): Promise<never> => {
    throw new Error("This chain signs without asking anybody.");
  };
  return {
    network: "mainnet",
    get: unexpected,
    post: unexpected,
    rpc: unexpected,
    askThirdParty: unexpected,
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (_account, counted) => counted,
    setting: () => undefined,
    now: () => 0,
    pause: unexpected,
    warn: () => undefined,
    ...more,
  };
}

/** Signs what a vector asks for; gives the error when that fails. */
export async function signVector(
  chain: Chain,
  vector: SigningVector,
  environment: Partial<ChainEnvironment> = {},
): Promise<SignedTransaction | Error> {
  const transaction: PendingTransaction = { signatures: [], ...vector.pending };
  const named = [...transaction.hashes.map((id) => ({ id, index: undefined })), ...transaction.signatures];
  const signers = named.flatMap(({ id, index }) => {
    const wallet = vector.wallets[id];
    return wallet === undefined ? [] : [signerOf(id, wallet, chain, networkOf(wallet.testnet), index)];
  });
  try {
    return await chain.sign(
      { transaction, signers },
      offlineEnvironment({ network: networkOf(vector.testnet), ...environment }),
    );
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
