import { expect, test } from "bun:test";
import { type IndexedWallet, WalletIndex } from "../../../src/vault/wallet-index.ts";

function wallet(signatureId: string, position: number): IndexedWallet {
  return {
    signatureId,
    position,
    chain: "ETH",
    testnet: true,
    rowHash: new Uint8Array(32),
  };
}

function ids(index: WalletIndex): string[] {
  return index.newestFirst().map(({ signatureId }) => signatureId);
}

test("wallets are listed newest first, whatever the order in which they were read", () => {
  const index = new WalletIndex([wallet("b", 5), wallet("a", 0), wallet("c", 7)]);
  expect(ids(index)).toEqual(["c", "b", "a"]);
  expect(index.size).toBe(3);
  expect(index.get("b")?.position).toBe(5);
  expect(index.get("d")).toBeUndefined();
});

test("a wallet that was added is the newest; one that was removed is gone, its position is not taken again", () => {
  const index = new WalletIndex([wallet("a", 0)]);
  index.add(wallet("b", 3));
  expect(ids(index)).toEqual(["b", "a"]);
  index.delete("b");
  expect(ids(index)).toEqual(["a"]);
});

test("no wallets are listed, and the first position is 0", () => {
  expect(ids(new WalletIndex([]))).toEqual([]);
});

test("two records of one signature ID or one position are corruption", () => {
  expect(() => new WalletIndex([wallet("a", 0), wallet("a", 1)])).toThrow('"a"');
  expect(() => new WalletIndex([wallet("a", 1), wallet("b", 1)])).toThrow("same position");
});

test("a list of signature IDs is the same array until one of its wallets is added, changed or removed", () => {
  const [eth, btc] = [wallet("a", 0), { ...wallet("b", 1), chain: "BTC" }];
  const index = new WalletIndex([eth, btc]);
  const listOf = (ticker: string) => index.idsOf(ticker, "testnet", "default");
  const [ofEth, ofBtc] = [listOf("ETH"), listOf("BTC")];
  expect([ofEth, ofBtc]).toEqual([["a"], ["b"]]);
  index.add(wallet("c", 2));
  expect(listOf("BTC")).toBe(ofBtc);
  expect(listOf("ETH")).toEqual(["c", "a"]);
  index.replace({ ...btc, apiKey: "shop" });
  expect([listOf("BTC"), index.idsOf("BTC", "testnet", "shop")]).toEqual([[], ["b"]]);
  index.delete("c");
  expect(listOf("ETH")).toEqual(["a"]);
});

test("what a row adds to the digest is known of each wallet, also after it was changed", () => {
  const hashed = (id: string, position: number, byte: number) => ({
    ...wallet(id, position),
    rowHash: new Uint8Array(32).fill(byte),
  });
  const index = new WalletIndex([hashed("b", 1, 1), hashed("a", 0, 2)]);
  for (let position = 2; position < 9; position++) index.add(hashed(`more-${position}`, position, position));
  index.replace(hashed("a", 0, 77));
  expect(["b", "a", "more-8"].map((id) => index.get(id)?.rowHash)).toEqual(
    [1, 77, 8].map((byte) => new Uint8Array(32).fill(byte)),
  );
  expect(index.get("b")?.position).toBe(1);
});
