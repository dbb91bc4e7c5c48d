/** Wallets whose API key is not set while the daemon runs: said once, for the chains that count at that time. */
import { expect, test } from "bun:test";
import { UnsetKeys } from "../../../src/daemon/unset-keys.ts";
import { createLog } from "../../../src/operations/log.ts";
import { giveApiKey } from "../../../src/wallets/names.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();

test("wallets that are given a key that is not set are told of, also of a chain that was added since the start", async () => {
  const vault = await freshVault(path("vault"));
  await vault.add([
    ["a", { privateKey: "k", chain: "ETH" }],
    ["b", { privateKey: "k", chain: "BTC" }],
  ]);
  const told = Promise.withResolvers<string>();
  const log = createLog({ write: (line) => told.resolve(line) });
  const live: { values: { tickers: readonly string[] } } = { values: { tickers: ["ETH"] } };
  const known = { apiKeys: ["default"], apiKeysAreNamed: false, network: "mainnet" } as const;
  const end = new UnsetKeys(vault, { ...known, log, live }).keepLooking(20);
  live.values = { tickers: ["ETH", "BTC"] };
  await giveApiKey(vault, { signatureId: "b" }, "shop");
  expect(await told.promise).toContain(
    "Wallets belong to API keys that are not set, and are not polled: shop (1).",
  );
  end();
  await vault.close();
});
