/** Lists of wallets: what is chosen, in which order, and pages that miss and repeat nothing. */
import { describe, expect, test } from "bun:test";
import type { WalletDescription } from "../../../src/vault/wallet-record.ts";
import { pageOfWallets, readSortOrder, type WalletFilter } from "../../../src/wallets/listing.ts";
import { caught } from "../vault/caught.ts";

function wallet(signatureId: string, more: Partial<WalletDescription> = {}): WalletDescription {
  return {
    signatureId,
    chain: "ETH",
    testnet: false,
    kind: "mnemonic",
    label: undefined,
    groups: undefined,
    createdAt: undefined,
    firstAddress: undefined,
    ...more,
  };
}

const all = [
  wallet("d", { label: "Till", groups: ["Shop"], createdAt: 30, firstAddress: "0x2" }),
  wallet("c", { chain: "BTC", testnet: true, kind: "private-key", createdAt: 20, firstAddress: "0x1" }),
  wallet("b", { label: "cold till", chain: "BTC", createdAt: 10 }),
  wallet("a", { chain: undefined, testnet: undefined, kind: "other" }),
];

function ids(filter: WalletFilter, sort?: string, limit = 100, after?: string): string {
  const order = sort === undefined ? undefined : readSortOrder(sort);
  return pageOfWallets(all, filter, { sort: order, limit, after })
    .wallets.map(({ signatureId }) => signatureId)
    .join("");
}

test("a wallet is listed with what is known of it", () => {
  const [first, , , last] = pageOfWallets(all, {}, { limit: 10 }).wallets;
  expect(first).toEqual({
    signatureId: "d",
    label: "Till",
    groups: ["Shop"],
    chain: "ETH",
    network: "mainnet",
    kind: "mnemonic",
    apiKeyName: "default",
    address: "0x2",
    createdAt: "1970-01-01T00:00:00.030Z",
  });
  expect(last).toMatchObject({
    label: null,
    groups: [],
    chain: null,
    network: "mainnet",
    address: null,
    createdAt: null,
  });
});

test.each([
  [{}, "dcba"],
  [{ chains: ["BTC"] }, "cb"],
  [{ network: "testnet" }, "c"],
  [{ network: "mainnet" }, "dba"],
  [{ label: " TILL" }, "db"],
  [{ group: "shop" }, "d"],
  [{ kind: "other" }, "a"],
  [{ chains: ["BTC"], network: "mainnet" }, "b"],
  [{ group: "nothing" }, ""],
] as const)("%o leaves %s", (filter, expected) => {
  expect(ids(filter)).toBe(expected);
});

test.each([
  ["created", "bcda"],
  ["-created", "dcba"],
  ["label", "dbca"],
  ["chain", "cbda"],
  ["address", "cdba"],
  ["-address", "dcba"],
  ["id", "abcd"],
])("in the order of %s they are %s: what is not known comes last", (sort, expected) => {
  expect(ids({}, sort)).toBe(expected);
});

describe("pages", () => {
  test("follow each other without a gap", () => {
    const first = pageOfWallets(all, {}, { limit: 3 });
    expect({ next: first.next, total: first.total }).toEqual({ next: "b", total: 4 });
    expect(ids({}, undefined, 3, "b")).toBe("a");
    expect(pageOfWallets(all, {}, { limit: 3, after: "b" }).next).toBeUndefined();
    expect(pageOfWallets(all, {}, { limit: 4 }).next).toBeUndefined();
  });

  test("begin nowhere else than where the page before ended", async () => {
    expect((await caught(() => ids({}, undefined, 3, "z"))).code).toBe("USAGE");
  });
});

test("an order that is none is refused with those that there are", async () => {
  expect((await caught(() => readSortOrder("size"))).message).toContain("created, label, chain, address, id");
});
