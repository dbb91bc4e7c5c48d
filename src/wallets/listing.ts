/** Wallets as lists show them: chosen, in an order, a page at a time. Nothing in it is secret. */
import { defaultApiKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
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

/** What is not known comes last, whichever the order; wallets that are equal stay newest first. */
function compareBy({ by, isFalling }: SortOrder): (a: ListedWallet, b: ListedWallet) => number {
  const field = sortFields[by];
  return (a, b) => {
    const [one, other] = [a[field], b[field]];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    const order = one < other ? -1 : Number(one > other);
    return isFalling ? -order : order;
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

/** {@link pageOf} of wallets as the vault describes them. */
export function pageOfWallets(
  all: readonly WalletDescription[],
  filter: WalletFilter,
  order: PageOrder,
): WalletPage {
  return pageOf(all.map(listedWallet), filter, order);
}

/**
 * A page of the wallets that a filter leaves, newest first where no other order is asked for.
 * @param all newest first
 * @throws KmsError `USAGE` when the place behind which to go on is none of them
 */
export function pageOf<Wallet extends ListedWallet>(
  all: readonly Wallet[],
  filter: WalletFilter,
  { sort, limit, after }: PageOrder,
): WalletPage<Wallet> {
  const wanted = all.filter((wallet) => isWanted(wallet, filter));
  const sorted = sort === undefined ? wanted : wanted.sort(compareBy(sort));
  const place =
    after === undefined ? -1 : sorted.findIndex(({ signatureId }) => signatureId === after.trim());
  if (after !== undefined && place === -1)
    throw new KmsError("USAGE", "Option --after has to be what the page before told, with the same filters.");
  const wallets = sorted.slice(place + 1, place + 1 + limit);
  const isLast = place + 1 + wallets.length >= sorted.length;
  return { wallets, total: sorted.length, next: isLast ? undefined : wallets.at(-1)?.signatureId };
}
