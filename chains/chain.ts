/**
 * What a blockchain is to this program. One object a chain; families hold what several share; the program above
 * knows chains only through these types.
 */
import type { JsonValue } from "./codec/exact-json.ts";
import type { Curve, SigningKey } from "./signing-key.ts";

export type Network = "mainnet" | "testnet";

/** Whether the network behind a ticker still runs. */
export type ChainStatus =
  | { readonly kind: "live" }
  | { readonly kind: "sunset"; readonly date: string; readonly source: string };

/** Where other wallets look for the first address of a mnemonic. */
export interface OtherWallets {
  /** Who they are, such as `Phantom`. */
  readonly wallets: string;
  readonly path: string;
  /** Where they say so. */
  readonly source: string;
}

/** What is true about a chain and needs no code. */
export interface ChainFacts {
  /** The symbol the Tatum API uses, such as `BTC`. */
  readonly ticker: string;
  /** The name people use, such as `Bitcoin`. */
  readonly name: string;
  readonly curve: Curve;
  readonly status: ChainStatus;
  /** BIP-32 path of the node whose extended public key a wallet shows, for each network; absent without mnemonics. */
  readonly derivationPath?: Readonly<Record<Network, string>>;
  /** BIP-32 or SLIP-0010 path of a mnemonic's first address; absent where {@link derivationPath} and `/0` are it. */
  readonly firstAddressPath?: Readonly<Record<Network, string>>;
  /** Where other wallets have that address, on networks where it is another one. */
  readonly otherWallets?: Readonly<Partial<Record<Network, OtherWallets>>>;
  /** Path of the Tatum API that takes the signed transaction. */
  readonly broadcastPath: string;
  /** Whether a pending transaction with a `withdrawalId` goes to the off-chain withdrawal endpoint instead. */
  readonly offChainWithdrawal: boolean;
  /**
   * Hosts outside the Tatum API that signing needs: their default URLs by name. The operator redirects one with the
   * variable `TATUM_KMS_<name>_URL`.
   */
  readonly thirdParties?: Readonly<Record<string, Readonly<Record<Network, string>>>>;
}

/**
 * The fields of a wallet as the vault stores and `export` prints them, without `chain` and `testnet`. The order of
 * the fields is the order in which they are printed.
 */
export interface WalletFields {
  readonly mnemonic?: string;
  readonly xpub?: string;
  readonly address?: string;
  readonly secret?: string;
  readonly privateKey?: string;
}

/** A private key that was read and understood. */
export interface ParsedPrivateKey {
  /** The address that receives to this key, in the form the chain's wallets print. */
  readonly address: string;
  readonly key: SigningKey;
  /** Things worth telling the person who typed it, without key material. */
  readonly warnings: readonly string[];
}

/**
 * The longest `serializedTransaction` that is read, in UTF-16 code units, on every chain: four times what a broadcast takes
 * as `txData`, because unsigned transactions as JSON are longer than signed ones.
 */
export const MAXIMUM_PAYLOAD_LENGTH = 4_000_000;

/** A transaction that the Tatum API asks to have signed. Unknown members have been dropped. */
export interface PendingTransaction {
  /** The API's identifier, sent back as `signatureId` of the broadcast. */
  readonly id: string;
  readonly chain: string;
  /** At most {@link MAXIMUM_PAYLOAD_LENGTH} long. */
  readonly serializedTransaction: string;
  /** Signature IDs in signing order; they may repeat. */
  readonly hashes: readonly string[];
  readonly signatures: readonly { readonly id: string; readonly index?: number }[];
  /** Derivation index for mnemonic wallets of account chains, 0 to 2^31 - 1. */
  readonly index?: number;
  readonly withdrawalId?: string;
  readonly withdrawalResponses?: readonly JsonValue[];
}

/** A wallet of the vault that a pending transaction names, as the ability to sign. */
export interface Signer {
  readonly signatureId: string;
  /** What the wallet holds: a mnemonic from which keys are derived, or one key. */
  readonly kind: "mnemonic" | "private-key";
  /** The derivation index this entry was named with (only entries of `signatures` carry one). */
  readonly index?: number;
  /** The extended public key of a mnemonic wallet, where the chain has one. */
  readonly xpub?: string;
  /**
   * The key of the wallet: at `index` for a mnemonic; for a private-key wallet the index is not used.
   *
   * @throws ChainError `INVALID_KEY` when the stored secret cannot be read, `MISSING_KEY` when a mnemonic is asked
   * for a key without an index.
   */
  key(index?: number): Promise<SigningKey>;
}

/** One thing a transaction does. Amounts are decimal strings in the smallest unit (satoshi, wei, token unit). */
export type Intent =
  | {
      readonly kind: "transfer";
      readonly from?: string;
      readonly to: string;
      readonly amount: string;
      /** The ticker for the coin of the chain, else the address of the token contract. */
      readonly asset: string;
      /** Who allows it, where that is neither `from` nor who pays the fee: its owner, or somebody who may act for the owner. */
      readonly authority?: string;
    }
  | {
      readonly kind: "contract-call";
      readonly from?: string;
      readonly to: string;
      readonly amount: string;
      /** The method's signature where it is known, such as `approve(address,uint256)`, else its 4-byte selector. */
      readonly method: string;
      /** What it is called with, all of it: encoded as it is where the method is not known. */
      readonly arguments: readonly string[];
    }
  | {
      readonly kind: "contract-creation";
      readonly from?: string;
      readonly amount: string;
      readonly codeBytes: number;
      /** SHA-256 of the code and of all that it is created with, in hex. */
      readonly codeDigest: string;
    }
  | {
      readonly kind: "data";
      readonly hex: string;
      /** What the network calls it, where it has data of several kinds: `DestinationTag`. */
      readonly field?: string;
    }
  | {
      readonly kind: "fee";
      readonly amount: string;
      readonly asset: string;
      /** Who pays it, where that can be another than the one who acts. */
      readonly from?: string;
    }
  /** The wallet signs for an account of another key: as an additional signer, a regular key, after a rekey. */
  | { readonly kind: "signs-for"; readonly account: string; readonly signer: string }
  /** What is signed all the same, and looks wrong by the rules that a library of the chain knows; it may quote the payload. */
  | { readonly kind: "warning"; readonly reason: string }
  /** Something this program cannot decode and will not guess; the reason has a digest of it, or all of it. */
  | { readonly kind: "opaque"; readonly reason: string };

export interface ThirdPartyRequest {
  readonly method: "GET" | "POST";
  /** Empty, or beginning with `/`. */
  readonly path: string;
  readonly body?: JsonValue;
}

/** What the chain needs from outside. A chain opens no connection, reads no clock and no variable by itself. */
export interface ChainEnvironment {
  readonly network: Network;

  /** A GET of a Tatum API path (beginning with `/v3/`). `{key}` in it stands for the API key. */
  get(path: string): Promise<JsonValue>;
  /** A POST of JSON to a Tatum API path. `{key}` in it stands for the API key. */
  post(path: string, body: JsonValue): Promise<JsonValue>;
  /**
   * A JSON-RPC 2.0 call at a Tatum API path; the result.
   *
   * @throws ChainError `NODE_REFUSED` with the node's message when the answer is a JSON-RPC error.
   */
  rpc(path: string, method: string, params: readonly JsonValue[]): Promise<JsonValue>;
  /**
   * A call of one of the chain's third parties; `path` is appended to its URL. Errors as with the Tatum API.
   * @param name a name in {@link ChainFacts.thirdParties}
   */
  askThirdParty(name: string, request: ThirdPartyRequest): Promise<JsonValue>;

  /**
   * The answer to a question that is the same for all payments of one moment, such as the count of an account's transactions or the
   * chain id: what was asked for less than a second ago is not asked for again. Between the question and the network's look at
   * the transaction lies as much time without that.
   *
   * @param question names what is asked for, and of which account
   */
  shared<Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer>;

  /**
   * The lowest sequence number (nonce), from the network's own count on, that no signed transaction of the account in
   * the journal uses. A count above the journal's own next number says that somebody else signs for the account, that the journal
   * was turned back, or something untrue: it is believed when it is the same some time later and the confirmed count agrees.
   *
   * @param counted what the network counts, as far as it knows
   * @param confirmedCount asks what it counts in its blocks; called for a count that is to be confirmed
   * @throws Error that passes, for a count that is not confirmed
   */
  firstUnusedSequence(
    account: string,
    counted: bigint,
    confirmedCount: () => Promise<bigint>,
  ): Promise<bigint>;

  /** Whether a transaction of this id was signed lately for another pending transaction, be it before a restart. */
  isTaken(transactionId: string): Promise<boolean>;

  /** A setting of the operator by its environment variable, such as `TATUM_KMS_MAX_FEE_BTC`. */
  setting(name: string): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits so many milliseconds, or until the program is stopped. For chains that ask the network again and again. */
  pause(milliseconds: number): Promise<void>;
  /** Tells the operator something about this transaction that does not stop it. */
  warn(message: string): void;
}

/** A signed transaction, ready to be recorded and broadcast. Everything in it is data: it survives a restart. */
export interface SignedTransaction {
  /** What the broadcast carries as `txData`. */
  readonly payload: string;
  /** The transaction id the network will give it. */
  readonly transactionId: string;
  /** What the signer filled in by itself (nonce, gas, gas price, blockhash, ...), for the journal. */
  readonly filledIn: Readonly<Record<string, string>>;
  /** The account and the sequence number (nonce) the transaction uses up, on chains that have them. */
  readonly sequence?: { readonly account: string; readonly number: bigint };
  /** The outputs it spends, each as `<transaction id>:<index>`, on chains that have them. */
  readonly inputs?: readonly string[];
  /** From when on the network can no longer accept it, on chains where transactions expire. */
  readonly expiry?: { readonly kind: "height" | "time"; readonly value: bigint };
}

/**
 * Where a signed transaction stands by the network's own word: in a block, in a block without success, in the pool of a node, or
 * nowhere.
 */
export type Whereabouts = "confirmed" | "failed" | "pooled" | "absent";

/**
 * How well it is shown that signed bytes can never land: by one answer, or by several, which may come from nodes that do not
 * stand at the same block; these count only when they say so again some time later.
 */
export type Proof = "none" | "several-answers" | "one-answer";

/** What a pending transaction itself names of what the network takes only once: a number of its account, or {@link SignedTransaction.inputs}. */
export interface Spending {
  readonly number?: bigint | undefined;
  readonly outputs?: readonly string[];
}

/** A sequence number that an account shall use up without paying anybody. */
export interface NumberToUse {
  /** As in {@link SignedTransaction.sequence}. */
  readonly account: string;
  readonly number: bigint;
  /** Signed bytes with the same number that it shall be taken in the place of. */
  readonly instead: readonly SignedTransaction[];
}

export interface SigningRequest {
  readonly transaction: PendingTransaction;
  /** The wallets named by `hashes`, then those named by `signatures`; unknown ones are absent. */
  readonly signers: readonly Signer[];
}

export interface Chain {
  readonly facts: ChainFacts;

  /** A new wallet from the operating system's randomness. */
  generateWallet(network: Network): WalletFields;
  /**
   * The private key of a new wallet at an index, without what a wallet shows beside it, which takes as long to derive. Absent
   * where {@link generateWallet} shows nothing else.
   */
  generatePrivateKey?(index: number, network: Network): string;
  /**
   * The wallet of a mnemonic.
   * @throws ChainError `INVALID_KEY` when the words are not a valid mnemonic of this chain.
   */
  restoreWallet(mnemonic: string, network: Network): WalletFields;
  /**
   * The address at an index; index 0 to 2^31 - 1. A wallet that is one key has one address, whatever the index.
   * @throws ChainError `INVALID_KEY`
   */
  deriveAddress(wallet: WalletFields, index: number, network: Network): string;
  /**
   * The private key at an index in the chain's usual text form. A wallet that is one key gives that key.
   * @throws ChainError `INVALID_KEY`
   */
  derivePrivateKey(wallet: WalletFields, index: number, network: Network): string;
  /**
   * Reads a private key in every text form users of the chain have.
   * @throws ChainError `INVALID_KEY`, without the key in its message.
   */
  parsePrivateKey(text: string, network: Network): ParsedPrivateKey;
  /**
   * The address that receives to a public key, in the form the chain's wallets print: the one that
   * {@link parsePrivateKey} gives for its private key. For keys that are known by their public side only, such as those
   * in hardware tokens.
   *
   * @param publicKey as in {@link SigningKey.publicKey}
   * @throws ChainError `INVALID_KEY` for a key of another curve or length, and for bytes that are no public key.
   */
  addressOfPublicKey(publicKey: Uint8Array, network: Network): string;

  /**
   * The account whose transactions have to be signed one after another because they share a sequence number;
   * `undefined` where the order does not matter.
   * @throws ChainError `MISSING_KEY`
   */
  sendingAccount(request: SigningRequest): Promise<string | undefined>;
  /**
   * The id that the network gives the transaction, on chains where it follows from the pending transaction alone: whoever signs it,
   * and however often, it lands once at most. Absent elsewhere.
   * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
   */
  fixedTransactionId?(transaction: PendingTransaction, network: Network): string;
  /** Absent where it can name neither. @throws ChainError `INVALID_TRANSACTION` */
  spending?(transaction: PendingTransaction, network: Network): Spending;
  /**
   * Whether the first output that the pending transaction spends is spent by now: whatever was signed of it spends that one too, and
   * a signature that is lost may have landed. Absent where transactions spend no outputs.
   * @throws ChainError, or an error that passes when nobody answers
   */
  isSpent?(transaction: PendingTransaction, environment: ChainEnvironment): Promise<boolean>;
  /**
   * What the transaction does, as far as its payload shows it.
   * @throws ChainError `INVALID_TRANSACTION`
   */
  describe(transaction: PendingTransaction, network: Network): readonly Intent[];
  /**
   * For which accounts the wallets sign that are not their own. Absent where the network lets no other key sign.
   * @throws ChainError
   */
  describeSigner?(request: SigningRequest, network: Network): Promise<readonly Intent[]>;
  /**
   * Checks and signs. Never sends.
   * @throws ChainError
   */
  sign(request: SigningRequest, environment: ChainEnvironment): Promise<SignedTransaction>;
  /**
   * For chains that submit to the network themselves and only report to the Tatum API: submits (again) and returns
   * the text to report as `txData`.
   * @throws ChainError `FAILED_ON_CHAIN` when the network carried it out without success, `NODE_REFUSED` when a node
   * refused the bytes, `NODE_ANSWER_INVALID` when nobody knows yet
   */
  submit?(signed: SignedTransaction, environment: ChainEnvironment): Promise<string>;
  /**
   * Asks nodes of the network for signed bytes by their transaction id. Absent where only the Tatum API can be asked.
   * @throws ChainError
   */
  locate?(signed: SignedTransaction, environment: ChainEnvironment): Promise<Whereabouts>;
  /**
   * How many transactions of an account the network's blocks hold, which is the lowest sequence number that none of them uses.
   * Absent where accounts do not number their transactions, or nobody can be asked.
   *
   * @param account as in {@link SignedTransaction.sequence}
   * @throws ChainError
   */
  countTransactions?(account: string, environment: ChainEnvironment): Promise<bigint>;
  /**
   * The payload of a transaction by which an account uses up a sequence number and does nothing else: it pays nobody, and a fee
   * for which nodes take it in the place of others. Absent where accounts do not number their transactions, or nobody can send
   * any more.
   * @throws ChainError
   */
  noOperation?(use: NumberToUse, environment: ChainEnvironment): Promise<string>;
  /**
   * Whether the network itself proves that these bytes can no longer land: they have expired and it does not hold them.
   * Only then may the same pending transaction be signed anew. Absent where transactions do not expire.
   * @throws ChainError
   */
  proveExpired?(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof>;
  /**
   * {@link proveExpired} where the pending transaction itself names the time: whatever is signed of it, nothing can land.
   * @throws ChainError
   */
  proveLapsed?(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof>;
  /**
   * Whether the network shows that another transaction has used up the sequence number of these bytes, or spends an output that
   * they spend, so that they cannot land beside it. What that other one did nobody knows here: a person decides. Of a number it is
   * a proof, which only final blocks give. Absent where it cannot be shown.
   * @throws ChainError
   */
  proveReplaced?(signed: SignedTransaction, environment: ChainEnvironment): Promise<Proof>;
}
