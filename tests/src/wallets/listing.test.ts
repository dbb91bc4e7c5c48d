/** Lists of wallets: what is chosen, in which order, and pages that miss and repeat nothing. */
import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import type { Vault } from "../../../src/vault/vault.ts";
import type { WalletDirectory } from "../../../src/vault/wallet-directory.ts";
import type { WalletDescription } from "../../../src/vault/wallet-record.ts";
import {
  findPage,
  type ListedWallet,
  listedWallet,
  type PageOrder,
  pageOf,
  readListed,
  readSortOrder,
  type WalletFilter,
} from "../../../src/wallets/listing.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault } from "../vault/fresh-vault.ts";

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

const listed = all.map(listedWallet);

function ids(filter: WalletFilter, sort?: string, limit = 100, after?: string): string {
  const order = sort === undefined ? undefined : readSortOrder(sort);
  return pageOf(listed, filter, { sort: order, limit, after })
    .wallets.map(({ signatureId }) => signatureId)
    .join("");
}

test("a wallet is listed with what is known of it", () => {
  const [first, , , last] = pageOf(listed, {}, { limit: 10 }).wallets;
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
    const first = pageOf(listed, {}, { limit: 3 });
    expect({ next: first.next, total: first.total }).toEqual({ next: "b", total: 4 });
    expect(ids({}, undefined, 3, "b")).toBe("a");
    expect(pageOf(listed, {}, { limit: 3, after: "b" }).next).toBeUndefined();
    expect(pageOf(listed, {}, { limit: 4 }).next).toBeUndefined();
  });

  test("begin nowhere else than where the page before ended", async () => {
    expect((await caught(() => ids({}, undefined, 3, "z"))).code).toBe("USAGE");
  });
});

test("an order that is none is refused with those that there are", async () => {
  expect((await caught(() => readSortOrder("size"))).message).toContain("created, label, chain, address, id");
});

describe("a page of a vault", () => {
  const COUNT = 1100;
  const folder = new TemporaryFolder();
  let vault: Vault;
  beforeAll(async () => {
    vault = await freshVault(folder.at("vault"));
    const idOf = (number: number) => `id-${(number * 7919) % COUNT}`;
    await vault.add(Array.from({ length: COUNT }, (_, at) => [idOf(at), { chain: "ETH", testnet: false }]));
  });
  afterAll(async () => {
    await vault.close();
    folder.remove();
  });
  const read = async (order: PageOrder): Promise<ListedWallet[]> => {
    const { wallets } = await findPage(vault.directory, {}, order);
    return (await Array.fromAsync(readListed(vault.directory, wallets))).flat();
  };

  test.each([undefined, "id", "-created"])("is that of all its wallets, in the order of %s", async (by) => {
    const every = (await vault.directory.all()).map(listedWallet);
    const sort = by === undefined ? undefined : readSortOrder(by);
    for (const after of [undefined, "id-17"]) {
      const order = { sort, limit: 1000, after };
      expect(await read(order)).toEqual([...pageOf(every, {}, order).wallets]);
    }
  });

  test("is read a few wallets at a time, and those that are gone meanwhile are left out", async () => {
    const asked = spyOn(vault.directory, "some");
    await vault.remove("id-3");
    const { wallets, total } = await findPage(vault.directory, {}, { limit: COUNT });
    await vault.remove("id-5");
    const parts = await Array.fromAsync(readListed(vault.directory, wallets));
    expect([total, wallets.length, parts.flat().length]).toEqual([COUNT - 1, COUNT - 1, COUNT - 2]);
    expect(Math.max(...asked.mock.calls.map(([ids]) => ids.length))).toBeLessThanOrEqual(500);
    expect(parts.length).toBe(Math.ceil(COUNT / 500));
  });

  test("keeps the first places among very many, in whatever order they are shown", async () => {
    const many = Array.from({ length: 30_000 }, (_, at) => [wallet(`w${at}`), (at * 7919) % 30_000] as const);
    const visit: WalletDirectory["visit"] = async (show) => {
      for (const one of many) show(...one);
    };
    const { wallets, total, next } = await findPage({ some: async () => [], visit }, {}, { limit: 3 });
    const newest = many.toSorted(([, a], [, b]) => b - a).slice(0, 3);
    expect(wallets).toEqual(newest.map(([{ signatureId }]) => signatureId));
    expect([total, next]).toEqual([30_000, wallets[2] ?? ""]);
  });
});
