/**
 * The keys of wallets that pay again and again: derived once, bounded in number, and overwritten when they leave and when the
 * daemon ends. They tell nobody more than the root key beside them does, from which all of them can be had.
 */
import type { Chain, Network, WalletFields } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import type { SigningKey, SigningScheme } from "../../chains/signing-key.ts";
import type { Vault } from "../vault/vault.ts";
import {
  networkOf,
  type TokenKeyRecord,
  tokenKeyOf,
  type WalletRecord,
  walletFields,
} from "../vault/wallet-record.ts";
import type { SigningThread } from "./signing-thread.ts";

/** A key of a wallet. */
export interface KeyPlace {
  readonly chain: Chain;
  readonly wallet: KnownWallet;
  /** Of derivation; of no meaning for a wallet that is a private key. */
  readonly index: number;
}

/** Keys in memory at most. */
const MOST_KEYS = 2_000;

/** A wallet of the vault without what is secret. */
export interface KnownWallet {
  readonly signatureId: string;
  /** The ticker, as the stored entry has it, which may be anything in an old one. */
  readonly chain: unknown;
  readonly network: Network;
  readonly isMnemonic: boolean;
  readonly xpub?: string | undefined;
  readonly tokenKey?: TokenKeyRecord | undefined;
  /** The bytes of its row, which change whenever the wallet does. */
  readonly sealed: Uint8Array;
}

interface KeptWallet {
  readonly wallet: KnownWallet;
  /** By derivation index; by 0 where the wallet is a private key. */
  readonly keys: Map<number, SigningKey>;
}

function knownWallet(signatureId: string, record: WalletRecord, sealed: Uint8Array): KnownWallet {
  const { mnemonic, xpub } = walletFields(record);
  const isMnemonic = mnemonic !== undefined;
  const base = { signatureId, chain: record["chain"], network: networkOf(record), isMnemonic, sealed };
  return { ...base, xpub, tokenKey: tokenKeyOf(record) };
}

/** @throws ChainError `MISSING_KEY`, `INVALID_KEY` */
function deriveKey(chain: Chain, wallet: KnownWallet, fields: WalletFields, index: number): SigningKey {
  const { signatureId, network, isMnemonic } = wallet;
  const text = isMnemonic
    ? chain.derivePrivateKey(fields, index, network)
    : (fields.secret ?? fields.privateKey);
  if (text === undefined) throw new ChainError("MISSING_KEY", `Wallet ${signatureId} holds no key.`);
  return chain.parsePrivateKey(text, network).key;
}

export class WalletKeys {
  readonly #vault: Vault;
  readonly #mostKeys: number;
  readonly #thread: SigningThread | undefined;
  /** The one that was used longest ago first. */
  readonly #kept = new Map<string, KeptWallet>();
  #keys = 0;

  /** @param thread that signs while there is much to sign; it is ended with the keys */
  constructor(vault: Vault, thread?: SigningThread, mostKeys = MOST_KEYS) {
    this.#vault = vault;
    this.#thread = thread;
    this.#mostKeys = mostKeys;
  }

  /** The wallet of a signature ID as the vault holds it now; one that is known is not opened again. */
  async find(signatureId: string): Promise<KnownWallet | undefined> {
    const kept = this.#kept.get(signatureId);
    if (kept !== undefined && (await this.isStillThere(kept.wallet))) return kept.wallet;
    const found = await this.#vault.find(signatureId);
    return found && knownWallet(signatureId, found.record, found.sealed);
  }

  /** Whether the vault holds a wallet unchanged. */
  isStillThere({ signatureId, sealed }: KnownWallet): Promise<boolean> {
    return this.#vault.holds(signatureId, sealed);
  }

  /**
   * Signs with the key of a wallet, which is derived when it is not known.
   *
   * @param use begins to use the key at once: it may be overwritten later
   * @throws ChainError `MISSING_KEY` when the vault holds the wallet no longer, or it has no key; `INVALID_KEY`
   */
  async with<Result>(
    { chain, wallet, index }: KeyPlace,
    use: (key: SigningKey) => Result,
  ): Promise<Awaited<Result>> {
    const known = this.#keyOf(wallet, index);
    if (known !== undefined) return await use(known);
    const { signatureId, sealed } = wallet;
    const found = await this.#vault.find(signatureId);
    if (found === undefined || !Buffer.from(found.sealed).equals(sealed))
      throw goneWallet(signatureId, found);
    const key = deriveKey(chain, wallet, walletFields(found.record), index);
    this.#keep(wallet, index, key);
    return await use(key);
  }

  /**
   * Signs with the key of a wallet, in another thread where there is one for it. What that fails at is signed here, unless the wallet
   * was removed meanwhile: the same bytes come of it.
   *
   * @throws as {@link with}
   */
  async sign(place: KeyPlace, scheme: SigningScheme, message: Uint8Array): Promise<Uint8Array> {
    const thread = this.#thread;
    const signing = thread && (await this.with(place, (key) => [thread.sign(key, scheme, message)]))[0];
    const signature = await signing;
    if (signature !== undefined) return signature;
    if (signing !== undefined && !(await this.isStillThere(place.wallet)))
      throw goneWallet(place.wallet.signatureId, undefined);
    return this.with(place, (key) => signHere(key, scheme, message));
  }

  /** Overwrites all keys, and ends the thread that signs. */
  wipe(): void {
    this.#thread?.end();
    for (const signatureId of [...this.#kept.keys()]) this.#drop(signatureId);
  }

  /** The key, if it is known and was derived from the very record. */
  #keyOf({ signatureId, sealed }: KnownWallet, index: number): SigningKey | undefined {
    const kept = this.#kept.get(signatureId);
    if (kept === undefined) return undefined;
    if (!Buffer.from(kept.wallet.sealed).equals(sealed)) {
      this.#drop(signatureId);
      return undefined;
    }
    this.#kept.delete(signatureId);
    this.#kept.set(signatureId, kept);
    return kept.keys.get(index);
  }

  #keep(wallet: KnownWallet, index: number, key: SigningKey): void {
    while (this.#keys >= this.#mostKeys) {
      const [oldest] = this.#kept.keys();
      if (oldest === undefined) break;
      this.#drop(oldest);
    }
    const kept = this.#kept.get(wallet.signatureId) ?? { wallet, keys: new Map<number, SigningKey>() };
    // Two payments may have derived it side by side.
    kept.keys.get(index)?.wipe?.();
    if (!kept.keys.has(index)) this.#keys += 1;
    kept.keys.set(index, key);
    this.#kept.set(wallet.signatureId, kept);
  }

  #drop(signatureId: string): void {
    const { keys = new Map<number, SigningKey>() } = this.#kept.get(signatureId) ?? {};
    for (const key of keys.values()) key.wipe?.();
    this.#keys -= keys.size;
    this.#kept.delete(signatureId);
  }
}

function signHere(key: SigningKey, scheme: SigningScheme, message: Uint8Array): Promise<Uint8Array> {
  return key[scheme]?.(message) ?? Promise.reject(new ChainError("INVALID_KEY", noScheme[scheme]));
}

const noScheme: Readonly<Record<SigningScheme, string>> = {
  sign: "The key makes no signatures.",
  signRecoverable: "The key tells no recovery id.",
  signBitcoinCashSchnorr: "The key makes no Schnorr signatures.",
};

/** @param now what the vault holds in its place */
export function goneWallet(signatureId: string, now: object | undefined): ChainError {
  const what = now === undefined ? "removed from" : "replaced in";
  return new ChainError("MISSING_KEY", `Wallet ${signatureId} was ${what} the vault before it signed.`);
}
