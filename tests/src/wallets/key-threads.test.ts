import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Chain } from "../../../chains/chain.ts";
import { loadChain } from "../../../chains/index.ts";
import { makeKeysOnAllCores, type NewKey } from "../../../src/wallets/key-threads.ts";

// Threads load the program: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

async function made(ticker: string, count: number): Promise<{ keys: NewKey[]; orders: number[] }> {
  const keys: NewKey[] = [];
  const orders: number[] = [];
  await makeKeysOnAllCores({ ticker, network: "testnet", count }, async (some) => {
    orders.push(some.length);
    keys.push(...some);
  });
  return { keys, orders };
}

describe("many new keys", () => {
  test.each([
    ["in this thread", "XRP", 3],
    ["in threads, of an EVM chain", "ETH", 110],
    ["in threads, of a Bitcoin chain", "LTC", 60],
  ])("are all different, and each belongs to its address: %s", async (_where, ticker, count) => {
    const { keys } = await made(ticker, count);
    expect(keys).toHaveLength(count);
    expect(new Set(keys.map(({ privateKey }) => privateKey)).size).toBe(count);
    const chain = (await loadChain(ticker)) as Chain;
    for (const { privateKey, address } of keys)
      expect(chain.parsePrivateKey(privateKey, "testnet").address).toBe(address);
  });

  test("come as they are made, and not all at the end", async () => {
    expect((await made("ETH", 110)).orders.sort()).toEqual([10, 50, 50]);
  });

  test("are made no further when they cannot be kept", async () => {
    let kept = 0;
    const batch = makeKeysOnAllCores({ ticker: "ETH", network: "testnet", count: 5_000 }, async () => {
      if (kept++ === 1) throw new Error("the disk is full");
    });
    await expect(batch).rejects.toThrow("the disk is full");
    expect(kept).toBeLessThan(20);
  });

  test("that are on their way into the vault when another thread fails are taken in whole before that is told", async () => {
    const events: string[] = [];
    let takes = 0;
    let tellOfThird = (): void => undefined;
    const third = new Promise<void>((resolve) => {
      tellOfThird = resolve;
    });
    const batch = makeKeysOnAllCores({ ticker: "XRP", network: "testnet", count: 400 }, async () => {
      const take = takes++;
      if (take === 1) {
        // On one core nobody takes keys beside it.
        await Promise.race([third, Bun.sleep(1000)]);
        throw new Error("the disk is full");
      }
      if (take === 2) tellOfThird();
      await Bun.sleep(take === 0 ? 0 : 2000);
      events.push("written");
    });
    await batch.catch(() => events.push("told"));
    expect(events.at(-1)).toBe("told");
    expect(events.length).toBe(takes);
  });
});
