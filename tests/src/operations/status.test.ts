/** The status of a daemon whose vault another process keeps locked. */
import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { createLog, Troubles } from "../../../src/operations/log.ts";
import { JobMetrics } from "../../../src/operations/metrics.ts";
import { StatusCollector } from "../../../src/operations/status.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();

async function scene() {
  const vault = await freshVault(path("vault"));
  const log = createLog({ write: () => undefined });
  const troubles = new Troubles(log);
  const { signal: stopping } = new AbortController();
  const about = {
    network: "mainnet",
    tickers: ["ETH"],
    apiKeys: ["default"],
    period: 1000,
    node: "node",
  } as const;
  const source = { ...about, vault, log, troubles, stopping, metrics: new JobMetrics() };
  return { vault, troubles, collector: new StatusCollector(source) };
}

test("is told while the vault is waited for, with what is the matter", async () => {
  const { vault, troubles, collector } = await scene();
  const { vaultId } = await collector.status();
  const other = new Sqlite(vault.place);
  other.run("BEGIN EXCLUSIVE");
  await Bun.sleep(600);
  const began = performance.now();
  const first = await collector.status();
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(first).toMatchObject({ ready: false, vaultId, reasons: ["the vault gave no answer for 2 s"] });
  troubles.began("vault", "ETH", "Process 1 keeps it locked.");
  await Bun.sleep(600);
  expect((await collector.status()).reasons).toEqual([
    "the vault's file cannot be used: Process 1 keeps it locked.",
  ]);
  other.run("ROLLBACK");
  troubles.ended("vault", "ETH");
  await Bun.sleep(600);
  expect((await collector.status()).reasons).toEqual(["the vault holds no mainnet wallets to work for"]);
  await vault.close();
}, 30_000);
