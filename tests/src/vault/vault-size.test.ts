/** The largest number of wallets the Tatum API takes for one chain. */
import { expect, test } from "bun:test";
import { Secret } from "../../../providers/secret.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { createVaultAt, openVaultAt } from "./vault-at.ts";

const path = useTemporaryFolder();
const password = new Secret("large");
const WALLETS = 25_000;

const entries = (name: string, count: number) =>
  Array.from(
    { length: count },
    (_, n) => [`${name}-${`${n}`.padStart(34, "0")}`, { privateKey: "k".repeat(64) }] as const,
  );

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

test("25,000 wallets are added, opened and refreshed in the time of a breath", async () => {
  const vault = await createVaultAt(path("vault"), password);
  const thousand = await seconds(() => vault.add(entries("a", 1000)));
  const rest = await seconds(() => vault.add(entries("b", WALLETS - 1000)));
  const another = await seconds(() => vault.add(entries("c", 1000)));
  await vault.close();
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  let opened: Vault | undefined;
  const opening = await seconds(async () => {
    opened = await openVaultAt(path("vault"), password);
    await opened.wallets();
  });
  const refreshing = await seconds(async () => opened?.refresh());
  const megabytes = (process.memoryUsage.rss() - before) / 1e6;
  console.log({ thousand, rest, another, opening, refreshing, megabytes });
  expect(await opened?.wallets()).toHaveLength(WALLETS + 1000);
  await opened?.close();
  // Loose bounds for slow machines: they catch what is quadratic or reads everything, not a busy hour.
  expect(another).toBeLessThan(10 * thousand + 1);
  expect(rest).toBeLessThan(10 * 24 * thousand + 1);
  expect(opening).toBeLessThan(20);
  expect(refreshing).toBeLessThan(0.5);
  expect(megabytes).toBeLessThan(300);
}, 120_000);
