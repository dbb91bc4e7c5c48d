import { expect, test } from "bun:test";
import { type IndexedWallet, WalletIndex } from "../../../src/vault/contents.ts";

function wallet(signatureId: string, position: number): IndexedWallet {
  return {
    signatureId,
    position,
    chain: "ETH",
    testnet: true,
    rowHash: 0n,
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
