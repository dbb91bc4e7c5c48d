/** Wallets as lists show them: chosen, in an order, a page at a time. Nothing in it is secret. */
import { defaultApiKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import type { WalletDirectory } from "../vault/wallet-directory.ts";
import type { WalletDescription, WalletKind } from "../vault/wallet-record.ts";
import { networkName } from "./names.ts";

/** A wallet as JSON shows it; what is not known is `null`. */
export interface ListedWallet {
  readonly signatureId: string;
  readonly label: string | null;
  readonly groups: readonly string[];
  readonly chain: string | null;
  readonly network: "mainnet" | "testnet";
  readonly kind: WalletKind;
  /** The name of its API key. */
  readonly apiKeyName: string;
  /** The first one. */
  readonly address: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string | null;
}

export function listedWallet(wallet: WalletDescription): ListedWallet {
  const { signatureId, label, groups, chain, kind, apiKey, firstAddress, createdAt } = wallet;
  return {
    signatureId,
    label: label ?? null,
    groups: groups ?? [],
    chain: chain ?? null,
    network: networkName(wallet),
    kind,
    apiKeyName: apiKey ?? defaultApiKey,
    address: firstAddress ?? null,
    createdAt: createdAt === undefined ? null : new Date(createdAt).toISOString(),
  };
}

/** Which wallets are wanted; each may be left out. */
export interface WalletFilter {
  readonly chains?: readonly string[] | undefined;
  readonly network?: "mainnet" | "testnet" | undefined;
  /** A part of the label, in capitals or not. */
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: WalletKind | undefined;
  /** Names of API keys. */
  readonly apiKeys?: readonly string[] | undefined;
}

function isWanted(
  wallet: ListedWallet,
  { chains, network, label, group, kind, apiKeys }: WalletFilter,
): boolean {
  const holds = (text: string | null, part: string): boolean =>
    text?.toLowerCase().includes(part.trim().toLowerCase()) ?? false;
  return (
    (chains === undefined || (wallet.chain !== null && chains.includes(wallet.chain))) &&
    (network === undefined || wallet.network === network) &&
    (label === undefined || holds(wallet.label, label)) &&
    (group === undefined || wallet.groups.some((one) => one.toLowerCase() === group.trim().toLowerCase())) &&
    (kind === undefined || wallet.kind === kind) &&
    (apiKeys?.includes(wallet.apiKeyName) ?? true)
  );
}

export const kinds: readonly WalletKind[] = ["mnemonic", "private-key", "secret", "token-key", "other"];

const sortFields = {
  created: "createdAt",
  label: "label",
  chain: "chain",
  address: "address",
  id: "signatureId",
} as const;

export type SortOrder = { readonly by: keyof typeof sortFields; readonly isFalling: boolean };

/** @throws KmsError `USAGE` */
export function readSortOrder(text: string): SortOrder {
  const by = (Object.keys(sortFields) as (keyof typeof sortFields)[]).find(
    (name) => name === text.replace(/^-/, ""),
  );
  if (by !== undefined) return { by, isFalling: text.startsWith("-") };
  throw new KmsError("USAGE", `Option --sort is one of ${Object.keys(sortFields).join(", ")}.`, {
    hint: "With - before it the order is turned round.",
  });
}

/** What a wallet's place in a list follows from: all that is kept of those that are not shown. */
interface Place {
  readonly signatureId: string;
  /** The newest has the highest. */
  readonly position: number;
  /** `null` where it is not known, or nothing is sorted by. */
  readonly sortedBy: string | null;
}

/** What is not known comes last, whichever the order; wallets that are equal stay newest first. */
function comparePlaces(sort: SortOrder | undefined): (a: Place, b: Place) => number {
  return ({ sortedBy: one, position }, { sortedBy: other, position: otherPosition }) => {
    const newer = otherPosition - position;
    if (one === null || other === null) return Number(one === null) - Number(other === null) || newer;
    const order = one < other ? -1 : Number(one > other);
    return (sort?.isFalling === true ? -order : order) || newer;
  };
}

export interface WalletPage<Wallet = ListedWallet> {
  readonly wallets: readonly Wallet[];
  /** How many there are of those that are wanted. */
  readonly total: number;
  /** The signature ID behind which to go on, when more follow. */
  readonly next: string | undefined;
}

export interface PageOrder {
  readonly sort?: SortOrder | undefined;
  readonly limit: number;
  /** The signature ID behind which the page begins. */
  readonly after?: string | undefined;
}

/** Places that are kept beyond those of a page, until they are put in order and cut off. */
const SPARE_PLACES = 10_000;

/** Finds a page among wallets that are shown in any order, and keeps no more of them than the page needs. */
class PageSelection {
  readonly #filter: WalletFilter;
  readonly #order: PageOrder;
  readonly #compare: (a: Place, b: Place) => number;
  readonly #begin: Place | undefined;
  #places: Place[] = [];
  #total = 0;

  /**
   * @param begin the wallet that {@link PageOrder.after} names, with its position
   * @throws KmsError `USAGE` when that is none of the wallets that are wanted
   */
  constructor(filter: WalletFilter, order: PageOrder, begin: readonly [ListedWallet, number] | undefined) {
    this.#filter = filter;
    this.#order = order;
    this.#compare = comparePlaces(order.sort);
    if (order.after === undefined) return;
    if (begin === undefined || !isWanted(begin[0], filter))
      throw new KmsError(
        "USAGE",
        "Option --after has to be what the page before told, with the same filters.",
      );
    this.#begin = this.#placeOf(...begin);
  }

  show(wallet: ListedWallet, position: number): void {
    if (!isWanted(wallet, this.#filter)) return;
    this.#total += 1;
    const place = this.#placeOf(wallet, position);
    if (this.#begin !== undefined && this.#compare(place, this.#begin) <= 0) return;
    this.#places.push(place);
    if (this.#places.length > this.#order.limit + SPARE_PLACES) this.#cut();
  }

  /** The signature IDs of the page. */
  page(): WalletPage<string> {
    this.#cut();
    const { limit } = this.#order;
    const wallets = this.#places.slice(0, limit).map(({ signatureId }) => signatureId);
    const next = this.#places.length > limit ? wallets.at(-1) : undefined;
    return { wallets, total: this.#total, next };
  }

  #cut(): void {
    this.#places = this.#places.sort(this.#compare).slice(0, this.#order.limit + 1);
  }

  #placeOf(wallet: ListedWallet, position: number): Place {
    const { sort } = this.#order;
    return {
      signatureId: wallet.signatureId,
      position,
      sortedBy: sort === undefined ? null : wallet[sortFields[sort.by]],
    };
  }
}

/**
 * A page of the wallets that a filter leaves, newest first where no other order is asked for.
 * @param all newest first
 * @throws KmsError `USAGE` when the place behind which to go on is none of them
 */
export function pageOf<Wallet extends ListedWallet>(
  all: readonly Wallet[],
  filter: WalletFilter,
  order: PageOrder,
): WalletPage<Wallet> {
  const after = order.after?.trim();
  const place = all.findIndex(({ signatureId }) => signatureId === after);
  const begin = all[place];
  const selection = new PageSelection(filter, order, begin && [begin, -place]);
  for (const [at, wallet] of all.entries()) selection.show(wallet, -at);
  const page = selection.page();
  const byId = new Map(all.map((wallet) => [wallet.signatureId, wallet]));
  return { ...page, wallets: page.wallets.flatMap((id) => byId.get(id) ?? []) };
}

/**
 * The signature IDs of {@link pageOf} all wallets of a vault, none of which stays in memory.
 * @throws KmsError `USAGE` as there, `VAULT_CORRUPT`
 */
export async function findPage(
  directory: Pick<WalletDirectory, "some" | "visit">,
  filter: WalletFilter,
  order: PageOrder,
): Promise<WalletPage<string>> {
  const [begin] = order.after === undefined ? [] : await directory.some([order.after.trim()]);
  const selection = new PageSelection(filter, order, begin && [listedWallet(begin.wallet), begin.position]);
  await directory.visit((wallet, position) => selection.show(listedWallet(wallet), position));
  return selection.page();
}

/** Wallets that are in memory at a time while a page is printed. */
const AT_A_TIME = 500;

/** The wallets of signature IDs, in their order, a few at a time; those that are gone meanwhile are left out. */
export async function* readListed(
  directory: Pick<WalletDirectory, "some">,
  signatureIds: readonly string[],
): AsyncGenerator<readonly ListedWallet[]> {
  for (let from = 0; from < signatureIds.length; from += AT_A_TIME)
    yield (await directory.some(signatureIds.slice(from, from + AT_A_TIME))).map(({ wallet }) =>
      listedWallet(wallet),
    );
}
