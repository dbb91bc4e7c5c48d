/** The wallets of an open vault in memory, without their secrets: by signature ID, in the order of their making, and by chain. */
import type { Network } from "../../chains/chain.ts";
import { defaultApiKey } from "../api-key-name.ts";
import { vaultCorrupt } from "../errors.ts";
import type { WalletSummary } from "./wallet-record.ts";

/** What may be said of a wallet, and its place in the list. */
export interface IndexedWallet extends WalletSummary {
  readonly position: number;
  /** What its row adds to the digest of all, 32 bytes. */
  readonly rowHash: Uint8Array;
}

const HASH_BYTES = 32;

/** There may be half a million wallets: what is known of each lies at its number in lists, which take less memory than objects. */
export class WalletIndex {
  /** The number of each. */
  readonly #numbers = new Map<string, number>();
  readonly #summaries: (WalletSummary | undefined)[] = [];
  readonly #positions: number[] = [];
  #hashes = new Uint8Array(HASH_BYTES);
  /** Numbers, in rising order of position; those of wallets that were removed stay. */
  #order: number[] = [];
  #nextPosition = 0;
  /** Lists that were asked for, by {@link nameOfList}, until something changes in them. */
  readonly #idsOf = new Map<string, readonly string[]>();

  /** @throws KmsError `VAULT_CORRUPT` when two records have one signature ID or one position */
  constructor(wallets: readonly IndexedWallet[] = []) {
    for (const { position, rowHash, ...summary } of wallets) this.gather(summary, position, rowHash);
    this.arrange();
  }

  /** Takes a wallet over, in any order; {@link arrange} has to follow. @throws KmsError `VAULT_CORRUPT` */
  gather(summary: WalletSummary, position: number, rowHash: Uint8Array): void {
    const { signatureId } = summary;
    if (this.#numbers.has(signatureId)) {
      throw vaultCorrupt(`two wallet records have the signature ID ${JSON.stringify(signatureId)}`);
    }
    const number = this.#positions.length;
    this.#numbers.set(signatureId, number);
    this.#positions.push(position);
    this.#order.push(number);
    this.#put(number, summary, rowHash);
  }

  /** @throws KmsError `VAULT_CORRUPT` when two records have one position */
  arrange(): void {
    const positions = this.#positions;
    const positionAt = (number: number): number => positions[number] ?? 0;
    this.#order.sort((a, b) => positionAt(a) - positionAt(b));
    this.#nextPosition = 0;
    for (const number of this.#order) this.#takePosition(positionAt(number));
  }

  get size(): number {
    return this.#numbers.size;
  }

  get(signatureId: string): IndexedWallet | undefined {
    const number = this.#numbers.get(signatureId);
    const summary = number === undefined ? undefined : this.#summaries[number];
    if (number === undefined || summary === undefined) return undefined;
    const rowHash = this.#hashes.slice(number * HASH_BYTES, (number + 1) * HASH_BYTES);
    return { ...summary, position: this.#positions[number] ?? 0, rowHash };
  }

  /** Adds a wallet that is newer than all others. */
  add({ position, rowHash, ...summary }: IndexedWallet): void {
    this.#takePosition(position);
    this.gather(summary, position, rowHash);
    this.#forgetLists(summary);
  }

  /** Takes over a wallet that is known already and keeps its place. */
  replace({ position: _, rowHash, ...summary }: IndexedWallet): void {
    const number = this.#numbers.get(summary.signatureId) ?? -1;
    const before = this.#summaries[number];
    if (before === undefined) return;
    this.#put(number, summary, rowHash);
    this.#forgetLists(before);
    this.#forgetLists(summary);
  }

  delete(signatureId: string): void {
    const number = this.#numbers.get(signatureId) ?? -1;
    const before = this.#summaries[number];
    if (before === undefined) return;
    this.#numbers.delete(signatureId);
    this.#summaries[number] = undefined;
    this.#forgetLists(before);
  }

  /** All wallets, newest first. */
  newestFirst(): WalletSummary[] {
    const all: WalletSummary[] = [];
    this.#visitNewestFirst((wallet) => all.push(wallet));
    return all;
  }

  /**
   * The signature IDs of a chain on a network, newest first; the same array until one of these wallets is added, changed or removed.
   * @param apiKey only those that belong to the API key of this name
   */
  idsOf(ticker: string, network: Network, apiKey = ""): readonly string[] {
    const name = nameOfList(network, ticker, apiKey);
    const known = this.#idsOf.get(name);
    if (known !== undefined) return known;
    const isTestnet = network === "testnet";
    const ids: string[] = [];
    this.#visitNewestFirst((wallet) => {
      const isOfChain = wallet.chain === ticker && (wallet.testnet === true) === isTestnet;
      if (isOfChain && (apiKey === "" || (wallet.apiKey ?? defaultApiKey) === apiKey))
        ids.push(wallet.signatureId);
    });
    this.#idsOf.set(name, ids);
    return ids;
  }

  #visitNewestFirst(visit: (wallet: WalletSummary) => void): void {
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const summary = this.#summaries[this.#order[at] ?? -1];
      if (summary !== undefined) visit(summary);
    }
  }

  #put(number: number, summary: WalletSummary, rowHash: Uint8Array): void {
    const from = number * HASH_BYTES;
    if (from >= this.#hashes.length) {
      const larger = new Uint8Array(Math.ceil(1.5 * (number + 1)) * HASH_BYTES);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes.set(rowHash, from);
    this.#summaries[number] = summary;
  }

  #takePosition(position: number): void {
    if (position < this.#nextPosition) throw vaultCorrupt("two wallet records have the same position");
    this.#nextPosition = position + 1;
  }

  #forgetLists({ chain = "", testnet, apiKey = defaultApiKey }: WalletSummary): void {
    const network = testnet === true ? "testnet" : "mainnet";
    for (const name of ["", apiKey]) this.#idsOf.delete(nameOfList(network, chain, name));
  }
}

function nameOfList(network: Network, ticker: string, apiKey: string): string {
  return `${network} ${ticker} ${apiKey}`;
}
